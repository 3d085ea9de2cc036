/** The command line from argv to exit code. Everything it touches is handed in, so that tests run it in process. */
import { resolve } from 'node:path';
import { providerSchema } from '@shared/model/provider';
import type { Clock } from '../engine/ports';
import { readEnvironment } from '../fleet-env/dotenv';
import { type FoundFleet, fleetFromEnv } from '../fleet-env/fleet-from-env';
import type { Environment } from '../fleet-env/variables';
import { LOG_LEVELS, type LogLevel, parseLogLevel } from '../log';
import { createRedactor } from '../providers/redact';
import { StoreError } from '../store/store-error';
import { carryOut } from './carry-out';
import { checkInput } from './check-input';
import { checkRows } from './check-rows';
import {
  type DemoCliRequest,
  type LibraryCliRequest,
  type Refused,
  refused,
  type RunCliRequest,
} from './cli-request';
import type { CliEngine } from './engine-port';
import { EXIT } from './exit-codes';
import type { OpenedFleet } from './fleet/open-fleet';
import { carryOutFleet } from './fleet/carry-out-fleet';
import type { FleetCliRequest } from './fleet/fleet-request';
import type { SecretInput } from './fleet/secret-input';
import type { OnInterrupt } from './interrupt';
import { parseCli } from './parse-cli';
import { instructionTemplate, planDemo, type PlannedRun, planRun } from './plan-run';
import { carryOutLibrary } from './library/carry-out-library';
import type { OpenedLibrary } from './library/library-port';
import { carryOutRuns, restOf } from './runs/carry-out-runs';
import type { OpenedRuns } from './runs/runs-port';
import type { RunsCliRequest } from './runs/runs-request';
import type { CliStreams } from './streams';

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
  openEngine(options: EngineOptions): Promise<OpenedEngine>;
  /** The library's own fleet, which the window shows too. */
  openFleet(options: EngineOptions): Promise<OpenedFleet>;
  /** The library's runs: of this process, or of another that has it open. */
  openRuns(options: EngineOptions): Promise<OpenedRuns>;
  /** The library itself, for this process alone. */
  openLibrary(options: EngineOptions): Promise<OpenedLibrary>;
}

/** Resolves with the exit code; never rejects. */
export async function main(options: MainOptions): Promise<number> {
  const redactor = createRedactor();
  const addKeys: OnFleet = (fleet) => fleet.keys.forEach((key) => redactor.add(key.secret));
  try {
    const request = parseCli(options.argv, { version: options.version });
    switch (request.kind) {
      case 'show':
        (request.exitCode === 0 ? options.streams.out : options.streams.err).write(request.text);
        return request.exitCode;
      case 'refused':
        return refuse(options, request.sentence);
      case 'demo':
        return await demo(options, request);
      case 'fleet':
        return await manageFleet(options, request);
      case 'runs':
        return await manageRuns(options, request, addKeys);
      case 'library':
        return await manageLibrary(options, request);
      case 'run':
        return await run(options, request, addKeys);
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof StoreError) {
      // The database's own failures are sentences for a person, with the way out.
      options.streams.err.write(`brushfleet: ${redactor.redact(text)}\n`);
      return EXIT.someFailed;
    }
    options.streams.err.write(
      `brushfleet: this should not have happened, the log has more: ${redactor.redact(text)}\n`,
    );
    return EXIT.someFailed;
  }
}

/** Hears of the environment's keys before anything can tell of them. */
type OnFleet = (fleet: FoundFleet) => void;

type Surroundings = (EngineOptions & { readonly kind: 'ok' }) | Pick<Refused, 'kind' | 'sentence'>;

/** The real environment completed by `.env`, and how much is logged. */
async function readSurroundings(
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

async function demo(options: MainOptions, request: DemoCliRequest): Promise<number> {
  const logLevel = parseLogLevel(request.logLevel, options.env);
  if (logLevel === null) {
    return refuse(options, badLogLevel());
  }
  return withEngine(options, { env: options.env, logLevel, json: request.json, check: false }, () =>
    planDemo(request, options.cwd),
  );
}

async function run(options: MainOptions, request: RunCliRequest, onFleet: OnFleet): Promise<number> {
  const { cwd } = options;
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  const input = request.source.kind === 'file' ? await check(request, request.source.path, cwd) : null;
  if (input?.kind === 'refused') {
    return refuse(options, input.sentence);
  }
  const fleet = fleetFromEnv({ provider: request.provider, env, flags: request.fleetFlags });
  if (fleet.kind === 'refused') {
    return refuse(options, fleet.sentence);
  }
  onFleet(fleet);
  const today = new Date(options.clock.wallNow()).toISOString().slice(0, 10);
  const { json, check: isCheck } = request;
  return withEngine(options, { env, logLevel, json, check: isCheck }, (engine) =>
    planRun({ request, fleet, format: input?.format ?? null, models: engine.models(), cwd, today }),
  );
}

async function manageFleet(options: MainOptions, request: FleetCliRequest): Promise<number> {
  const { cwd, streams, input } = options;
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  const opened = await options.openFleet({ env, logLevel });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { fleet } = opened;
  try {
    const wallNow = options.clock.wallNow();
    const { json } = request;
    const end = await carryOutFleet({ fleet, json, streams, input, cwd, wallNow }, request.act);
    return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
  } finally {
    await fleet.close();
  }
}

async function manageRuns(options: MainOptions, request: RunsCliRequest, onFleet: OnFleet): Promise<number> {
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  for (const provider of providerSchema.options) {
    // A run may go on with these keys.
    const fleet = fleetFromEnv({ provider, env, flags: {} });
    if (fleet.kind === 'ok') {
      onFleet(fleet);
    }
  }
  let { act } = request;
  for (let owners = 1; ; owners += 1) {
    const opened = await options.openRuns({ env, logLevel });
    if (opened.kind === 'refused') {
      return refuse(options, opened.sentence);
    }
    const { runs } = opened;
    try {
      const end = await carryOutRuns({ ...options, runs, env, json: request.json }, act);
      if (end.kind !== 'ownerGone') {
        return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
      }
    } finally {
      await runs.close();
    }
    if (owners === MOST_OWNERS) {
      options.streams.err.write(`brushfleet: ${OWNERS_GONE}\n`);
      return EXIT.someFailed;
    }
    options.streams.err.write('The Brushfleet that had the library open ended: going on without it.\n');
    act = restOf(act);
  }
}

/** One process after the other that ends before it answers is no accident any more. */
const MOST_OWNERS = 5;
const OWNERS_GONE =
  'The process that has the library open does not answer: close it, then give the same command again.';

async function manageLibrary(
  options: MainOptions,
  { act, json, logLevel }: LibraryCliRequest,
): Promise<number> {
  const level = parseLogLevel(logLevel, options.env);
  if (level === null) {
    return refuse(options, badLogLevel());
  }
  const opened = await options.openLibrary({ env: options.env, logLevel: level });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { library } = opened;
  try {
    const end = await carryOutLibrary({ library, json, streams: options.streams }, act);
    return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
  } finally {
    await library.close();
  }
}

function check(request: RunCliRequest, path: string, cwd: string): ReturnType<typeof checkInput> {
  return checkInput({
    path: resolve(cwd, path),
    task: request.task,
    instruction: instructionTemplate(request),
    outputNameColumn: request.outputNameColumn,
  });
}

interface EngineUse extends EngineOptions {
  readonly json: boolean;
  /** Rows are read, and nothing is sent. */
  readonly check: boolean;
}

async function withEngine(
  options: MainOptions,
  { env, logLevel, json, check: isCheck }: EngineUse,
  plan: (engine: CliEngine) => PlannedRun,
): Promise<number> {
  const opened = await options.openEngine({ env, logLevel });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { engine } = opened;
  try {
    const planned = plan(engine);
    if (planned.kind === 'refused') {
      return refuse(options, planned.sentence);
    }
    for (const sentence of planned.announce) {
      options.streams.err.write(`${sentence}\n`);
    }
    const work = { ...options, engine, order: planned.order, json };
    return await (isCheck ? checkRows(work) : carryOut(work));
  } finally {
    await engine.close();
  }
}

function refuse({ streams }: MainOptions, sentence: Refused['sentence']): number {
  const { exitCode } = refused(sentence);
  streams.err.write(`brushfleet: ${sentence}\n`);
  return exitCode;
}

function badLogLevel(): string {
  return `BRUSHFLEET_LOG_LEVEL must be ${LOG_LEVELS.join(', ')}.`;
}
