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
  /** One sentence each: names in the file that say nothing of an endpoint or a key. */
  readonly leftOut: readonly string[];
}

/** The fleets a `.env` describes, for every provider it names. */
export function parseEnvFile(text: string): EnvFileFleets {
  const written = parse(text);
  const read = new Set<string>();
  // What is looked up is heeded: everything else is to be named.
  const env = new Proxy(written, {
    get(values, name) {
      read.add(String(name));
      return typeof name === 'string' ? values[name] : undefined;
    },
  });
  const fleets: FoundFleet[] = [];
  const problems: string[] = [];
  const refused: RegExp[] = [];
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
      refused.push(named);
    }
  }
  const names = Object.keys(written)
    .filter((name) => written[name]?.trim() !== '')
    .filter((name) => !refused.some((provider) => provider.test(name)));
  return { fleets, problems, leftOut: leftOutOf(names, (name) => read.has(name)) };
}

/** Of a command's run: the library's runs have them in their own settings. */
const OF_A_RUN = /^(DG_)?(GEMINI|OPENAI)_(MAX_WORKERS|MAX_RETRIES|RETRY_DELAY|ASPECT_RATIO)$/;
const MOST_NAMES = 10;

function leftOutOf(names: readonly string[], isRead: (name: string) => boolean): readonly string[] {
  const ofRuns = names.filter((name) => OF_A_RUN.test(name));
  const unread = names.filter((name) => !isRead(name) && !OF_A_RUN.test(name));
  return [
    ...(ofRuns.length === 0
      ? []
      : [`Left out, for they belong to a run and not to an endpoint: ${listed(ofRuns)}.`]),
    ...(unread.length === 0
      ? []
      : [`Left out, for they name no endpoint or key here, or another one wins: ${listed(unread)}.`]),
  ];
}

/** A name of another form may be a key that slipped into its place. */
function listed(names: readonly string[]): string {
  const shown = names.filter((name) => /^[A-Z][A-Z0-9_]{0,60}$/.test(name)).slice(0, MOST_NAMES);
  const more = names.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`${more} more`])].join(', ');
}
