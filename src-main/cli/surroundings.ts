/** What every command of the command line works in: its environment, its library, and how it says that it cannot. */
import type { Clock } from '../engine/ports';
import { readEnvironment } from '../fleet-env/dotenv';
import type { Environment } from '../fleet-env/variables';
import { LOG_LEVELS, type LogLevel, parseLogLevel } from '../log';
import { carryOut, type CarryOutOptions } from './carry-out';
import { checkRows } from './check-rows';
import { type Refused, refused, type RunCliRequest } from './cli-request';
import type { CliEngine } from './engine-port';
import type { FleetUse, OpenedFleet } from './fleet/open-fleet';
import type { SecretInput } from './fleet/secret-input';
import type { OnInterrupt } from './interrupt';
import type { OpenedLibrary } from './library/library-port';
import type { PlannedRun } from './plan-run';
import { type LibraryFleet, libraryLines, type RunFleet } from './run-fleet';
import type { OpenedRuns } from './runs/runs-port';
import type { OpenedServed } from './serve/open-served';
import type { StreamDoor } from './stream/run-stream';
import type { CliStreams } from './streams';
import type { OpenedTokens } from './tokens/tokens-port';

export interface EngineOptions {
  /** The real environment completed by `.env`. */
  readonly env: Environment;
  readonly logLevel: LogLevel;
}

export type OpenedEngine =
  | { readonly kind: 'ok'; readonly engine: CliEngine }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface MainOptions {
  /** Without the program itself. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
  readonly streams: CliStreams;
  readonly clock: Clock;
  readonly onInterrupt: OnInterrupt;
  exitNow(code: number): void;
  /** Where keys are typed or piped in. */
  readonly input: SecretInput;
  openEngine(options: EngineOptions & { readonly usesLibraryKeys: boolean }): Promise<OpenedEngine>;
  /** The library's own fleet, which the window shows too; `libraryDir`: of another one than the usual. */
  openFleet(options: EngineOptions & FleetUse & { readonly libraryDir?: string }): Promise<OpenedFleet>;
  /** The library's runs: of this process, or of another that has it open. */
  openRuns(options: EngineOptions & { readonly libraryDir?: string }): Promise<OpenedRuns>;
  /** The app on the library, of this process; `libraryDir`: another one than the usual. */
  openServed(options: EngineOptions & { readonly libraryDir?: string }): Promise<OpenedServed>;
  /** The tokens of the service: of this process, or of another that has the library open. */
  openTokens(options: EngineOptions & { readonly libraryDir?: string }): Promise<OpenedTokens>;
  /** Lines of requests, and what answers them. */
  readonly stream: StreamDoor;
  /** The library itself, for this process alone. */
  openLibrary(options: EngineOptions & { readonly libraryDir?: string }): Promise<OpenedLibrary>;
}

export type Surroundings = (EngineOptions & { readonly kind: 'ok' }) | Pick<Refused, 'kind' | 'sentence'>;

/** The real environment completed by `.env`, and how much is logged. */
export async function readSurroundings(
  options: MainOptions,
  request: Pick<RunCliRequest, 'envFile' | 'logLevel'>,
): Promise<Surroundings> {
  const { envFile } = request;
  const { cwd } = options;
  const environment = await readEnvironment({
    cwd,
    env: options.env,
    ...(envFile === undefined ? {} : { envFile }),
  });
  if (environment.kind === 'refused') {
    return environment;
  }
  const logLevel = parseLogLevel(request.logLevel, environment.env);
  return logLevel === null
    ? { kind: 'refused', sentence: badLogLevel() }
    : { kind: 'ok', env: environment.env, logLevel };
}

export interface EngineUse extends EngineOptions, Pick<CarryOutOptions, 'answers'> {
  readonly json: boolean;
  /** Rows are read, and nothing is sent. */
  readonly check: boolean;
  /** Whose keys it is sent with; absent: what is planned names all that it needs. */
  readonly fleet?: RunFleet;
}

export async function withEngine(
  options: MainOptions,
  { env, logLevel, json, check: isCheck, fleet, answers }: EngineUse,
  plan: (engine: CliEngine) => PlannedRun,
): Promise<number> {
  const usesLibraryKeys = fleet?.kind === 'library';
  const opened = await options.openEngine({ env, logLevel, usesLibraryKeys });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { engine } = opened;
  try {
    const planned = plan(engine);
    if (planned.kind === 'refused') {
      return refuse(options, planned.sentence);
    }
    const told = fleet?.kind === 'library' ? await toldOf(engine, planned, fleet) : planned;
    if (told.kind === 'refused') {
      return refuse(options, told.sentence);
    }
    for (const sentence of told.announce) {
      options.streams.err.write(`${sentence}\n`);
    }
    const work = {
      ...options,
      engine,
      order: planned.order,
      json,
      ...(answers === undefined ? {} : { answers }),
    };
    return await (isCheck ? checkRows(work) : carryOut(work));
  } finally {
    await engine.close();
  }
}

async function toldOf(
  engine: CliEngine,
  { order, announce }: Exclude<PlannedRun, Refused>,
  fleet: LibraryFleet,
): Promise<{ readonly kind: 'ok'; readonly announce: readonly string[] } | Refused> {
  const look = await engine.library();
  const found = 'kind' in look ? look : libraryLines(look, order.recipe.models, fleet);
  return found.kind === 'refused' ? found : { kind: 'ok', announce: [...announce, ...found.lines] };
}

export function refuse({ streams }: MainOptions, sentence: Refused['sentence']): number {
  const { exitCode } = refused(sentence);
  streams.err.write(`brushfleet: ${sentence}\n`);
  return exitCode;
}

export function badLogLevel(): string {
  return `BRUSHFLEET_LOG_LEVEL must be ${LOG_LEVELS.join(', ')}.`;
}
