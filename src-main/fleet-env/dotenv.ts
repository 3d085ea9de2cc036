/** `.env` files: one beside the work, or the one a person names, below the real environment; and as pasted text. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { providerSchema } from '@shared/model/provider';
import { parse } from 'dotenv';
import { fleetFromEnv, type FoundFleet } from './fleet-from-env';
import { type Environment, VARIABLE_PREFIXES } from './variables';

export type ReadEnvironment =
  | {
      readonly kind: 'ok';
      readonly env: Environment /** The file that was read. */;
      readonly file: string | null;
    }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface EnvironmentSource {
  /** The working folder. */
  readonly cwd: string;
  /** Replaces `.env` of the working folder. */
  readonly envFile?: string;
  readonly env: Environment;
}

/** The environment completed by the file; where both name a variable the environment wins. */
export async function readEnvironment({ cwd, envFile, env }: EnvironmentSource): Promise<ReadEnvironment> {
  const path = envFile === undefined ? join(cwd, '.env') : resolve(cwd, envFile);
  try {
    return { kind: 'ok', env: { ...parse(await readFile(path)), ...env }, file: path };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder of that name is common: Python keeps virtual environments there.
    if (envFile === undefined && (code === 'ENOENT' || code === 'EISDIR')) {
      return { kind: 'ok', env, file: null };
    }
    const reason =
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown error'})`;
    return { kind: 'refused', sentence: `Cannot read ${path}: ${reason}.` };
  }
}

export interface EnvFileFleets {
  readonly fleets: readonly FoundFleet[];
  /** One sentence for each provider that is named in the file and cannot be used. */
  readonly problems: readonly string[];
}

/** The fleets a `.env` describes, for every provider it names. */
export function parseEnvFile(text: string): EnvFileFleets {
  const env = parse(text);
  const fleets: FoundFleet[] = [];
  const problems: string[] = [];
  for (const provider of providerSchema.options) {
    const named = new RegExp(`^(DG_)?${VARIABLE_PREFIXES[provider]}_`);
    if (!Object.keys(env).some((name) => named.test(name))) {
      continue;
    }
    const fleet = fleetFromEnv({ provider, env, flags: {} });
    if (fleet.kind === 'ok') {
      fleets.push(fleet);
    } else {
      problems.push(fleet.sentence);
    }
  }
  return { fleets, problems };
}
