/** What a program may meet besides results; users tell them apart by these words. */

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(timeoutMs: number) {
    const seconds = timeoutMs / 1000;
    super(`Processing timed out after ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`);
  }
}

/** Nothing can be sent: no key, a library that is in use, a model that cannot be told. */
export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor(sentence: string) {
    super(`Failed to initialize client: ${sentence}`);
  }
}

export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';

  constructor() {
    super('Workers not running: call start() first.');
  }
}
