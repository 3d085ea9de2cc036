/** A moment that a test decides on: an answer that is held `until` it comes waits for `now`, however long that takes. */
export interface Moment {
  readonly come: Promise<void>;
  now(): void;
}

export function moment(): Moment {
  let now = (): void => undefined;
  const come = new Promise<void>((resolve) => (now = resolve));
  return { come, now: () => now() };
}
