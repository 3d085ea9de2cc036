/** The demo endpoint listens from its first use to the end; where it could not start, or has died, from the next use on. */
import { DemoNotStarted, type RunningDemo, type StartDemo, startDemo } from '../../demo/start-demo';

export interface DemoSwitch {
  /** Where it listens; starts it where it does not run. Rejects with DemoNotStarted. */
  url(): Promise<string>;
  /** Never rejects. */
  close(): Promise<void>;
}

export function createDemoSwitch(start?: StartDemo): DemoSwitch {
  let running: Promise<RunningDemo> | null = null;
  let isClosed = false;

  function run(): Promise<RunningDemo> {
    const demo = startDemo(start);
    const over = (): void => {
      running = null;
    };
    demo.then(({ ended }) => ended).then(over, over);
    return demo;
  }

  return {
    async url() {
      if (isClosed) {
        // Nobody would end it.
        throw new DemoNotStarted();
      }
      running ??= run();
      return (await running).url;
    },
    async close() {
      isClosed = true;
      const demo = await running?.catch(() => null);
      await demo?.close();
    },
  };
}
