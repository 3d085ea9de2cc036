/** A program's place in a library: the keys it chose serve it alone, beside all others that use the same one. */
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import type { ModelChoice } from '@shared/model/run';
import type { Provider } from '@shared/model/provider';
import type { PlaceRequest } from '../app/program-place';
import { readEnvironment } from '../fleet-env/dotenv';
import { fleetFromEnv, type FoundFleet } from '../fleet-env/fleet-from-env';
import type { Environment } from '../fleet-env/variables';
import { libraryDir, libraryPaths } from '../library';
import { openLibrary } from '../local-door/open-library';
import type { LogLevel } from '../log';
import { noKeyring } from '../vault/no-keyring';
import { chosenKeys, hasKeyVariable } from './chosen-keys';
import { ClientError } from './errors';
import { forgetDead } from './item-bytes';
import { joinPlace } from './joined-place';
import { type OpenPlace, OwnerGone, ownPlace } from './place';
import { createProgram, type Program } from './program';
import { createSharedLibraries } from './shared-libraries';
import type { BrushfleetOptions } from './types';

export interface Membership {
  readonly program: Program;
  readonly model: ModelChoice;
  /** What every session of it is opened with. */
  readonly session: { readonly concurrency: number; readonly maxRetries: number };
  /** Where bytes that came inside an item lie while it is under way. */
  readonly callersDir: string;
  leave(): Promise<void>;
}

export interface Place {
  readonly resourcesDir: string;
  /** Of this program: its owner and its clients must be of one. */
  readonly version: string;
  readonly logLevel?: LogLevel;
}

const DEFAULT_RETRIES = 2;
const DEFAULT_IN_FLIGHT = 16;
const useLibrary = createSharedLibraries();

/** Throws ClientError when nothing could be sent. */
export async function join(options: BrushfleetOptions, place: Place): Promise<Membership> {
  const { provider = 'google_genai' } = options;
  const env = options.env ?? (await environment());
  const own = environmentFleet(options, provider, env);
  const folder = resolve(options.libraryDir ?? libraryDir(env, process.platform, homedir()));
  const request = {
    provider,
    ...(options.model === undefined ? {} : { model: options.model }),
    fleet: own === null ? null : lentFleet(own),
  };
  const find = (isPatient: boolean) => findPlace({ folder, env, place, request, isPatient });
  const program = createProgram(await find(false), () => find(true));
  const callersDir = joinPath(libraryPaths(folder).callers, 'programs');
  void forgetDead(callersDir);
  const { concurrency, maxWorkers } = options;
  return {
    program,
    model: program.model,
    session: {
      concurrency: concurrency ?? maxWorkers ?? own?.fleet.defaults.maxWorkers ?? DEFAULT_IN_FLIGHT,
      maxRetries: options.maxRetries ?? DEFAULT_RETRIES,
    },
    callersDir,
    leave: program.leave,
  };
}

async function environment(): Promise<Environment> {
  const found = await readEnvironment({ cwd: process.cwd(), env: process.env });
  if (found.kind === 'refused') {
    throw new ClientError(found.sentence);
  }
  return found.env;
}

interface OwnKeys {
  readonly fleet: FoundFleet;
  nameOf(secret: string): string | undefined;
}

/** Null: the environment has no keys, and none were asked for. */
function environmentFleet(options: BrushfleetOptions, provider: Provider, env: Environment): OwnKeys | null {
  if (options.keys === undefined && !hasKeyVariable(provider, env)) {
    return null;
  }
  const chosen =
    options.keys === undefined
      ? ({ kind: 'ok', env, isChosen: () => true, nameOf: () => undefined } as const)
      : chosenKeys(options.keys, provider, env);
  if (chosen.kind === 'refused') {
    throw new ClientError(chosen.sentence);
  }
  const fleet = fleetFromEnv({ provider, env: chosen.env, flags: {} });
  if (fleet.kind === 'refused') {
    throw new ClientError(fleet.sentence);
  }
  const keys = fleet.keys.filter(({ secret }) => chosen.isChosen(secret.reveal()));
  return { fleet: { ...fleet, keys }, nameOf: chosen.nameOf };
}

/** Its keys by the names of their variables. */
function lentFleet({ fleet, nameOf }: OwnKeys): PlaceRequest['fleet'] {
  return {
    endpoints: fleet.endpoints,
    keys: fleet.keys.map((key) => ({ ...key, label: nameOf(key.secret.reveal()) ?? key.label })),
  };
}

interface Finding {
  readonly folder: string;
  readonly env: Environment;
  readonly place: Place;
  readonly request: Omit<PlaceRequest, 'borrower'>;
  /** What it asked for waits: it stays until the library is free. */
  readonly isPatient: boolean;
}

/** In an app of this process, or in that of the process that has the library open. */
async function findPlace(finding: Finding): Promise<OpenPlace> {
  for (;;) {
    try {
      return await foundPlace(finding);
    } catch (error) {
      // It was just ending: another will have the library, or this process.
      if (!(error instanceof OwnerGone)) {
        throw error;
      }
    }
  }
}

async function foundPlace({ folder, env, place, request, isPatient }: Finding): Promise<OpenPlace> {
  const isGiven = request.fleet !== null;
  const use = await useLibrary(folder, () =>
    openLibrary(
      {
        libraryDir: folder,
        env,
        ...place,
        imageRoots: 'all',
        ...(isGiven ? { keyring: noKeyring('a program uses the keys of its environment') } : {}),
        ...(isPatient ? { onWaiting: () => undefined } : {}),
      },
      { isGiven },
    ),
  );
  if (use.kind === 'refused') {
    throw new ClientError(use.sentence);
  }
  const asked = { ...request, borrower: randomUUID() };
  try {
    if (use.kind === 'elsewhere' && use.owner.isGiven && request.fleet === null) {
      throw new ClientError(
        `a Brushfleet that works with the keys of its environment has the library open (process ${use.owner.pid}), and those are not lent: set keys of this program's own, or try again when it is done.`,
      );
    }
    let leaving: Promise<void> | null = null;
    const found = use.kind === 'own' ? await ownPlace(use.app, asked) : await joinPlace(use.owner, asked);
    return {
      ...found,
      leave: () => (leaving ??= found.leave().then(use.release)),
    };
  } catch (error) {
    await use.release();
    throw error;
  }
}
