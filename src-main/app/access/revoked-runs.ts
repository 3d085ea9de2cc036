/**
 * What a token started stands still from the moment it is revoked: its caps go with it, and nobody has asked for more.
 * Who sits at the machine may go on with it.
 */
import type { Log } from '../../log';
import type { Store } from '../../store/store';
import type { Runs } from '../runs/runs';

export interface RevokedRunsParts {
  readonly store: Pick<Store, 'runs'>;
  readonly runs: Pick<Runs, 'stop'>;
  readonly log: Log;
}

export function stopsRevoked({ store, runs, log }: RevokedRunsParts): (tokenId: string) => void {
  async function stopAll(tokenId: string): Promise<void> {
    const its = (await store.runs()).filter(({ options }) => options.payer === tokenId);
    await Promise.all(its.map(({ id }) => runs.stop(id)));
  }
  return (tokenId) =>
    void stopAll(tokenId).catch((error: unknown) =>
      log.error('service', `runs of a revoked token: ${String(error)}`),
    );
}
