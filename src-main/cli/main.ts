/** The command line from argv to exit code. Everything it touches is handed in, so that tests run it in process. */
import { resolve } from 'node:path';
import { providerSchema } from '@shared/model/provider';
import { type FoundFleet, fleetFromEnv } from '../fleet-env/fleet-from-env';
import { fleetsFromEnv, joinedFleet } from '../fleet-env/fleets-from-env';
import { parseLogLevel } from '../log';
import { createRedactor } from '../providers/redact';
import { StoreError } from '../store/store-error';
import { checkInput } from './check-input';
import type { DemoCliRequest, LibraryCliRequest, RunCliRequest } from './cli-request';
import { EXIT } from './exit-codes';
import { carryOutFleet } from './fleet/carry-out-fleet';
import type { FleetCliRequest } from './fleet/fleet-request';
import { parseCli } from './parse-cli';
import { instructionTemplate, planDemo, planRun } from './plan-run';
import { carryOutLibrary } from './library/carry-out-library';
import { carryOutRuns, restOf } from './runs/carry-out-runs';
import type { AgainKind } from './runs/runs-work';
import type { RunsCliRequest } from './runs/runs-request';
import { badLogLevel, type MainOptions, readSurroundings, refuse, withEngine } from './surroundings';
import { runFleet } from './run-fleet';
import { runServe } from './serve/run-serve';
import { runStream } from './stream/run-stream';
import { runText } from './text/run-text';
import { carryOutTokens } from './tokens/carry-out-tokens';
import type { TokensCliRequest } from './tokens/tokens-request';

export type { MainOptions, OpenedEngine } from './surroundings';

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
        return await manageFleet(options, request, addKeys);
      case 'runs':
        return await manageRuns(options, request, addKeys);
      case 'library':
        return await manageLibrary(options, request);
      case 'tokens':
        return await manageTokens(options, request);
      case 'run':
        return await run(options, request, addKeys);
      case 'serve':
        return await runServe(options, request, addKeys);
      case 'stream':
        return await runStream(options, request);
      case 'text':
        return await runText(options, request, addKeys);
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
  const fleet = runFleet({ provider: request.provider, env, flags: request.fleetFlags });
  if (fleet.kind === 'refused') {
    return refuse(options, fleet.sentence);
  }
  if (fleet.kind === 'ok') {
    onFleet(fleet);
  }
  const today = new Date(options.clock.wallNow()).toISOString().slice(0, 10);
  const { json, check: isCheck } = request;
  return withEngine(options, { env, logLevel, json, check: isCheck, fleet }, (engine) =>
    planRun({ request, fleet, format: input?.format ?? null, models: engine.models(), cwd, today }),
  );
}

async function manageFleet(
  options: MainOptions,
  request: FleetCliRequest,
  onFleet: OnFleet,
): Promise<number> {
  const { cwd, streams, input } = options;
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  const onlyTests = request.act.kind === 'keysTest';
  // Keys of the library that are named are tested whatever the environment says.
  const wantsGiven = request.act.kind === 'keysTest' && request.act.keys === 'all';
  const fleets = wantsGiven ? fleetsFromEnv(env) : [];
  if (typeof fleets === 'string') {
    return refuse(options, fleets);
  }
  fleets.forEach(onFleet);
  const opened = await options.openFleet({ env, logLevel, onlyTests, ...libraryOf(options, request) });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { fleet } = opened;
  try {
    const wallNow = options.clock.wallNow();
    const { json } = request;
    const given = joinedFleet(fleets);
    const end = await carryOutFleet({ fleet, json, streams, input, cwd, given, wallNow }, request.act);
    return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
  } finally {
    await fleet.close();
  }
}

/** Another library than the usual one, where a flag names it. */
function libraryOf({ cwd }: MainOptions, { library }: { readonly library?: string }) {
  return library === undefined ? {} : { libraryDir: resolve(cwd, library) };
}

async function manageTokens(options: MainOptions, request: TokensCliRequest): Promise<number> {
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  const { json, act } = request;
  const opened = await options.openTokens({
    env,
    logLevel,
    ...libraryOf(options, request),
  });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  const { tokens } = opened;
  try {
    const end = await carryOutTokens({ tokens, json, streams: options.streams }, act);
    return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
  } finally {
    await tokens.close();
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
  let silent = 0;
  const onHeard = (): void => {
    silent = 0;
  };
  const asked = new Set<AgainKind>();
  const onAskedAgain = (kind: AgainKind): void => void asked.add(kind);
  for (;;) {
    const opened = await options.openRuns({ env, logLevel, ...libraryOf(options, request) });
    if (opened.kind === 'refused') {
      return refuse(options, opened.sentence);
    }
    const { runs } = opened;
    try {
      const work = { ...options, runs, env, json: request.json, onHeard, onAskedAgain };
      const end = await carryOutRuns(work, act);
      if (end.kind !== 'ownerGone') {
        return end.kind === 'refused' ? refuse(options, end.sentence) : end.exitCode;
      }
    } finally {
      await runs.close();
    }
    silent += 1;
    if (silent === MOST_SILENT) {
      options.streams.err.write(`brushfleet: ${OWNERS_GONE}\n`);
      return EXIT.someFailed;
    }
    options.streams.err.write('The Brushfleet that had the library open ended: going on without it.\n');
    act = restOf(act, asked);
  }
}

/** One process after the other that ends before it answers is no accident any more. */
const MOST_SILENT = 5;
const OWNERS_GONE =
  'The process that has the library open does not answer: close it, then give the same command again.';

async function manageLibrary(options: MainOptions, request: LibraryCliRequest): Promise<number> {
  const { act, json, logLevel } = request;
  const level = parseLogLevel(logLevel, options.env);
  if (level === null) {
    return refuse(options, badLogLevel());
  }
  const opened = await options.openLibrary({
    env: options.env,
    logLevel: level,
    ...libraryOf(options, request),
  });
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
