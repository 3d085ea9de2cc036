/** The runs port over a library that another process has open. */
import type { Connection } from '../../local-door/connect-door';
import { libraryBlocker, refuseResume, wasSentFromLibrary } from './run-keys';
import type { CliRuns } from './runs-port';
import { OwnerGone } from './runs-work';

export function remoteRuns({ client, close }: Extract<Connection, { kind: 'ok' }>): CliRuns {
  return {
    client: client.app,
    isElsewhere: true,
    isHandedOver: () => false,
    async readyKeys(run) {
      if ((await wasSentFromLibrary(client.app, run)) === false) {
        return refuseResume(
          run,
          'it was sent with keys of the environment, which the Brushfleet that has the library open does not have. Give the command that made it again, or close that one first.',
        );
      }
      const blocker = await libraryBlocker(client.app, run);
      return blocker === null ? [] : refuseResume(run, blocker);
    },
    exportTable: (run, format, path) => client.door.exportTable({ runId: run.id, format, path }),
    async exportPictures({ id }, order, { tell, signal }) {
      for await (const report of await client.door.exportPictures({ ...order, runId: id }, { signal })) {
        if ('path' in report) {
          return report;
        }
        tell(report);
      }
      signal.throwIfAborted();
      throw new OwnerGone();
    },
    close,
  };
}
