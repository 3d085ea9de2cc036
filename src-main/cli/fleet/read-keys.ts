/** Keys from a pipe or from a person. */
import { EXIT } from '../exit-codes';
import { draftOf, parseKeyLines } from './key-lines';
import { Refusal } from '../../refusal';
import type { KeyDraft } from './fleet-port';
import type { FleetWork } from './fleet-work';

export type ReadKeys =
  | { readonly kind: 'ok'; readonly keys: readonly KeyDraft[] }
  /** The person gave up. */
  | { readonly kind: 'givenUp'; readonly exitCode: typeof EXIT.interrupted };

/** Throws a Refusal when there is none, or a line cannot hold one. */
export async function readKeys({ input, streams }: FleetWork, endpointName: string): Promise<ReadKeys> {
  if (!input.isTTY) {
    const keys = parseKeyLines(await input.readAll());
    if (keys.length === 0) {
      throw new Refusal(
        'BAD_INPUT',
        'No key came in: pipe them in, one per line (brushfleet keys add --endpoint NAME < keys.txt), or start on a terminal and be asked.',
      );
    }
    return { kind: 'ok', keys };
  }
  const keys: KeyDraft[] = [];
  for (;;) {
    const line = await input.askHidden(
      keys.length === 0
        ? `Key for ${endpointName}, or label,key (not shown; an empty line ends): `
        : `Key ${keys.length + 1} (an empty line ends): `,
    );
    if (line === null) {
      return { kind: 'givenUp', exitCode: EXIT.interrupted };
    }
    if (line.trim() === '') {
      break;
    }
    try {
      keys.push(draftOf(line.trim(), 'That'));
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      // A slip of the hand does not take away the keys before it.
      streams.err.write(`${error.message}\n`);
    }
  }
  if (keys.length === 0) {
    throw new Refusal('BAD_INPUT', 'No key was given: nothing was added.');
  }
  return { kind: 'ok', keys };
}
