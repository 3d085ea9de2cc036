/** The demo endpoint listens from its first use to the end. */
import { type StartDemo, startDemo } from '../../demo/start-demo';

export interface DemoSwitch {
  /** Where it listens; starts it on first use. */
  url(): Promise<string>;
  close(): Promise<void>;
}

export function createDemoSwitch(start?: StartDemo): DemoSwitch {
  let started: ReturnType<typeof startDemo> | null = null;
  return {
    async url() {
      started ??= startDemo(start);
      return (await started).url;
    },
    async close() {
      await (await started)?.close();
    },
  };
}
