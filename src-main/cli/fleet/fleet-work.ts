/** What every `keys` and `endpoints` command works with, and how it answers. */
import type { GivenFleet } from '../../app/fleet/fleet-roster';
import { EXIT } from '../exit-codes';
import type { CliStreams } from '../streams';
import type { CliFleet } from './fleet-port';
import type { SecretInput } from './secret-input';

export interface FleetWork {
  readonly fleet: CliFleet;
  readonly json: boolean;
  readonly streams: CliStreams;
  readonly input: SecretInput;
  readonly cwd: string;
  /** Endpoints and keys of the environment; without a key: it names none. */
  readonly given: GivenFleet;
  /** Wall clock now. */
  readonly wallNow: number;
}

export function say({ streams }: Pick<FleetWork, 'streams'>, text: string): typeof EXIT.done {
  streams.out.write(text.endsWith('\n') ? text : `${text}\n`);
  return EXIT.done;
}

/** One document, indented: it is read by programs and by people who pipe it through nothing. */
export function sayJson({ streams }: Pick<FleetWork, 'streams'>, value: unknown): typeof EXIT.done {
  streams.out.write(`${JSON.stringify(value, null, 2)}\n`);
  return EXIT.done;
}
