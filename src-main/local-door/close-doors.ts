/** The end of a process that others send through: nothing new goes out while those who wait get what is on its way. */
import type { App } from '../app';
import type { Door } from './serve-door';

export interface Doors {
  /** Null: it could not listen. */
  readonly door: Pick<Door, 'close'> | null;
  readonly service: { close(): Promise<unknown> };
  readonly app: { readonly runs: Pick<App['runs'], 'stopAll'> };
}

/** Resolves when all are answered and this process's own runs have paused, or go on where the signal takes it back. */
export async function closeDoors({ door, service, app }: Doors, signal?: AbortSignal): Promise<void> {
  await Promise.all([
    // First: from here on it tells those whose runs stop that they are to take over.
    door?.close(),
    service.close(),
    // Sessions are the callers' and the programs': their own doors end them.
    app.runs.stopAll({ butSessions: true, ...(signal === undefined ? {} : { signal }) }),
  ]);
}
