/** Opens the library's engine: this process's own, or that of the process that has the library open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Opened, openLibrary, type OpenOptions } from '../local-door/open-library';
import { AppEngine } from './app-engine';
import { ClientEngine } from './client-engine';
import type { CliEngine } from './engine-port';
import type { OnInterrupt } from './interrupt';

export interface OpenEngineOptions extends OpenOptions {
  readonly onInterrupt: OnInterrupt;
  /** One sentence for a person. */
  onNote(sentence: string): void;
}

/** Who asked for the library is faster than that. */
const HANDED_OVER_MS = 1_000;

export async function openEngine(
  options: OpenEngineOptions,
): Promise<{ readonly kind: 'ok'; readonly engine: CliEngine } | Extract<Opened, { kind: 'refused' }>> {
  let own: AppEngine | null = null;
  const opened = await openLibrary(options, { onHandOver: () => own?.handOver() ?? false });
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own': {
      const { app, openDoor } = opened;
      const { onInterrupt, onNote } = options;
      const reopen = async () => {
        await sleep(HANDED_OVER_MS);
        return openEngine({ ...options, onWaiting: onNote });
      };
      own = new AppEngine({ app, openDoor, onInterrupt, onNote, reopen });
      return { kind: 'ok', engine: own };
    }
    case 'elsewhere': {
      const models = await opened.owner.client.app.models.list();
      const takeOver = () => openEngine({ ...options, onWaiting: options.onNote });
      return { kind: 'ok', engine: new ClientEngine({ owner: opened.owner, models, takeOver }) };
    }
  }
}
