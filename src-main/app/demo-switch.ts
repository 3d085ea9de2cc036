/** The demo endpoint listens from its first use to the end. */
import { startDemo } from '../demo/start-demo';

export interface DemoSwitch {
  /** Where it listens; starts it on first use. */
  url(): Promise<string>;
  close(): Promise<void>;
}

export function createDemoSwitch(): DemoSwitch {
  let started: ReturnType<typeof startDemo> | null = null;
  return {
    async url() {
      started ??= startDemo();
      return (await started).url;
    },
    async close() {
      await (await started)?.close();
    },
  };
}
