/** Opens the runs of the library, whoever owns it. */
import { openLibrary, type OpenOptions } from '../../local-door/open-library';
import { type OwnRuns, ownRuns } from './own-runs';
import { remoteRuns } from './remote-runs';
import type { OpenedRuns } from './runs-port';

export async function openRuns(options: OpenOptions): Promise<OpenedRuns> {
  let own: OwnRuns | null = null;
  const opened = await openLibrary(options, { onHandOver: () => own?.handOver() ?? false });
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own':
      own = ownRuns(opened, options.version);
      return { kind: 'ok', runs: own };
    case 'elsewhere':
      return { kind: 'ok', runs: remoteRuns(opened.owner) };
  }
}
