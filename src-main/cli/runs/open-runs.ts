/** Opens the runs of the library, whoever owns it. */
import { openLibrary, type OpenOptions } from '../open-engine';
import { ownRuns } from './own-runs';
import { remoteRuns } from './remote-runs';
import type { OpenedRuns } from './runs-port';

export async function openRuns(options: OpenOptions): Promise<OpenedRuns> {
  const opened = await openLibrary(options);
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own':
      return { kind: 'ok', runs: ownRuns(opened, options.version) };
    case 'elsewhere':
      return { kind: 'ok', runs: remoteRuns(opened.owner) };
  }
}
