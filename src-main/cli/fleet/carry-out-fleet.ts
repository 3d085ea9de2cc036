/** Carries out one `keys` or `endpoints` command and says what became of it. */
import { assertNever } from '@shared/assert-never';
import { Refusal } from '../../refusal';
import { VaultClosed } from '../../vault/vault';
import { addEndpoint, listEndpoints, removeEndpoint, setEndpoint, testEndpoints } from './endpoints-commands';
import type { FleetAct } from './fleet-request';
import type { FleetWork } from './fleet-work';
import { addKeys, importKeys, listKeys, pauseKeys, removeKeys, resetKeys, testKeys } from './keys-commands';
import { InputTooLong } from './secret-input';
import { tellUsage } from './usage-command';
import { vaultSentence } from './vault-words';

export type FleetEnd =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Rejects only for bugs and broken disks. */
export async function carryOutFleet(work: FleetWork, act: FleetAct): Promise<FleetEnd> {
  try {
    return { kind: 'done', exitCode: await carryOut(work, act) };
  } catch (error) {
    if (error instanceof Refusal) {
      return { kind: 'refused', sentence: error.message };
    }
    if (error instanceof VaultClosed) {
      return { kind: 'refused', sentence: vaultSentence(error.status) ?? error.message };
    }
    if (error instanceof InputTooLong) {
      return {
        kind: 'refused',
        sentence: 'Standard input is far too long for a list of keys: nothing was added.',
      };
    }
    throw error;
  }
}

async function carryOut(work: FleetWork, act: FleetAct): Promise<number> {
  switch (act.kind) {
    case 'keysList':
      return listKeys(work);
    case 'keysUsage':
      return tellUsage(work, act.days);
    case 'keysAdd':
      return addKeys(work, act.terms);
    case 'keysImport':
      return importKeys(work, act);
    case 'keysTest':
      return testKeys(work, act.keys);
    case 'keysRemove':
      return removeKeys(work, act.keys);
    case 'keysPause':
      return pauseKeys(work, act);
    case 'keysReset':
      return resetKeys(work, act.keys);
    case 'endpointsRemove':
      return removeEndpoint(work, act);
    case 'endpointsList':
      return listEndpoints(work);
    case 'endpointsAdd':
      return addEndpoint(work, act);
    case 'endpointsSet':
      return setEndpoint(work, act);
    case 'endpointsTest':
      return testEndpoints(work, act.endpoints);
    default:
      return assertNever(act);
  }
}
