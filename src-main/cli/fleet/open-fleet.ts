/** Opens the library's fleet, whoever owns it. */
import type { Connection } from '../../local-door/connect-door';
import { openLibrary, type OpenOptions } from '../../local-door/open-library';
import { appFleet } from './app-fleet';
import type { CliFleet } from './fleet-port';
import { remoteFleet } from './remote-fleet';

type Owner = Extract<Connection, { kind: 'ok' }>;

export type OpenedFleet =
  | { readonly kind: 'ok'; readonly fleet: CliFleet }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface FleetUse {
  /** Nothing of the library's is looked at or changed but by calling with its keys. */
  readonly onlyTests?: boolean;
}

export async function openFleet(options: OpenOptions & FleetUse): Promise<OpenedFleet> {
  const opened = await openLibrary(options);
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own':
      return { kind: 'ok', fleet: appFleet({ app: opened.app, door: await opened.openDoor() }) };
    case 'elsewhere':
      return opened.owner.isGiven && options.onlyTests !== true
        ? notItsOwn(opened.owner)
        : { kind: 'ok', fleet: await remoteFleet(opened.owner) };
  }
}

/** It knows nothing of the library's endpoints and keys, and would not heed a change of them. */
async function notItsOwn({ pid, close }: Owner): Promise<OpenedFleet> {
  await close();
  return {
    kind: 'refused',
    sentence: `A command line has the library open (process ${pid}) and works with the keys of its environment: the library's own can be looked at and changed when it is done.`,
  };
}
