/** argv -> a request, or one sentence. Pure: nothing is looked up on disk and no environment is read. */
import type { Provider } from '@shared/model/provider';
import { prioritySchema } from '@shared/model/run';
import { parseRatio } from '@shared/ratio';
import { CommanderError } from 'commander';
import {
  type CliRequest,
  type DemoCliRequest,
  type LibraryCliRequest,
  refused,
  type RunCliRequest,
  type SizeFlags,
} from './cli-request';
import { EXPLAINED_FLAGS } from './explained-flags';
import { FlagValues, UsageError } from './flag-values';
import { isFleetCommand, readFleet, refuseKeys } from './fleet/parse-fleet';
import { type ChosenCommand, createProgram } from './program';
import { readRuns } from './runs/parse-runs';
import { PROVIDERS, readCaps, readLogLevel, readOneOf, readUnknown, withoutUndefined } from './read-flags';
import { isAuto, readFilter, readFleetFlags, readWaitForQuota } from './run-flags';
import { readServe } from './serve/parse-serve';
import { readStream } from './stream/parse-stream';
import { readText } from './text/parse-text';
import { readTokens } from './tokens/parse-tokens';
import { usageSentence } from './usage-sentence';

export interface ParseOptions {
  readonly version: string;
}

/** `argv` without the program itself. */
export function parseCli(argv: readonly string[], { version }: ParseOptions): CliRequest {
  let shown = '';
  const program = createProgram({ version, write: (text) => (shown += text) });
  if (argv.length === 0) {
    return { kind: 'show', text: program.command.helpInformation(), exitCode: 2 };
  }
  try {
    if (isFleetCommand(argv)) {
      refuseKeys(argv);
    }
    program.command.parse([...argv], { from: 'user' });
    const chosen = program.chosen();
    return chosen === null ? { kind: 'show', text: shown, exitCode: 0 } : readChosen(chosen);
  } catch (error) {
    if (error instanceof UsageError) {
      return refused(error.message);
    }
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    // `brushfleet keys` alone: what it can do is shown.
    if (error.exitCode === 0 || error.code === 'commander.help') {
      return { kind: 'show', text: shown, exitCode: error.exitCode === 0 ? 0 : 2 };
    }
    return refused(usageSentence(error, argv));
  }
}

function readChosen({ name, values, words }: ChosenCommand): CliRequest {
  const flags = new FlagValues(values);
  switch (name) {
    case 'demo':
      return readDemo(flags);
    case 'edit':
    case 't2i':
      return readRun(name, flags);
    case 'text':
    case 'structured':
    case 'story':
      return readText(name, flags);
    case 'stream':
      return readStream(flags);
    case 'serve':
      return readServe(flags);
    case 'library check':
      return readLibrary('check', flags);
    case 'library restore':
      return readLibrary('restore', flags);
    default: {
      const given = { name, flags, words };
      if (name.startsWith('tokens ')) {
        return readTokens(given);
      }
      return name.startsWith('runs ') ? readRuns(given) : readFleet(given);
    }
  }
}

function readDemo(flags: FlagValues): DemoCliRequest {
  const level = readLogLevel(flags);
  return {
    kind: 'demo',
    outputDir: flags.text('output_dir') ?? './output/demo',
    unknown: readUnknown(flags),
    json: flags.has('json'),
    ...(level === undefined ? {} : { logLevel: level }),
  };
}

function readLibrary(act: LibraryCliRequest['act'], flags: FlagValues): LibraryCliRequest {
  return {
    kind: 'library',
    act,
    json: flags.has('json'),
    ...withoutUndefined({ library: flags.text('library'), logLevel: readLogLevel(flags) }),
  };
}

function readRun(task: 'edit' | 't2i', flags: FlagValues): RunCliRequest {
  refuseShards(flags);
  if (flags.has('resume') && flags.has('no_resume')) {
    throw new UsageError('--resume and --no_resume cannot be used together: give one of the two.');
  }
  if (flags.has('adopt') && flags.has('no_resume')) {
    throw new UsageError(
      '--adopt and --no_resume cannot be used together: keep the pictures that are there, or send everything again.',
    );
  }
  const optional = withoutUndefined({
    outputCsv: flags.text('output_csv'),
    outputNameColumn: flags.text('output_name_column'),
    imageCacheDir: flags.text('image_cache_dir'),
    caps: readCaps(flags),
    canary: flags.integer('canary', { min: 1, max: 1000 }),
    priority: readOneOf(flags, 'priority', prioritySchema.options),
    envFile: flags.text('env_file'),
    logLevel: readLogLevel(flags),
  });
  return {
    kind: 'run',
    task,
    provider: readProvider(task, flags),
    modelName: flags.text('model_name') ?? null,
    source: readSource(task, flags),
    instruction: readInstruction(task, flags),
    outputDir: flags.text('output_dir') ?? './output',
    filterRows: readFilter(flags),
    variants: flags.integer('num_images_per_prompt', { min: 1, max: 100 }) ?? 1,
    size: readSize(flags),
    fleetFlags: readFleetFlags(flags),
    autoConcurrency: isAuto(flags),
    waitForQuota: readWaitForQuota(flags),
    workers: flags.integer('num_processes', { min: 1, max: 64 }) ?? 4,
    resume: !flags.has('no_resume'),
    unknown: readUnknown(flags),
    adopt: flags.has('adopt'),
    check: flags.has('check'),
    allowPrivateUrls: flags.has('allow_private_urls'),
    json: flags.has('json'),
    ignoredFlags: EXPLAINED_FLAGS.map(({ flag }) => flag).filter((flag) => flags.has(flag.slice(2))),
    ...optional,
  };
}

function readProvider(task: string, flags: FlagValues): Provider {
  const backend = flags.text('backend');
  if (backend === undefined) {
    throw new UsageError(
      `Say which provider: brushfleet ${task} --backend google_genai, or --backend openai.`,
    );
  }
  const provider = Object.hasOwn(PROVIDERS, backend) ? PROVIDERS[backend] : undefined;
  if (provider === undefined) {
    throw new UsageError(
      `--backend ${backend} is not offered here: it is google_genai (or gemini) or openai; models on this machine are not run.`,
    );
  }
  return provider;
}

function readSource(task: 'edit' | 't2i', flags: FlagValues): RunCliRequest['source'] {
  const input = flags.text('input');
  if (task === 'edit') {
    if (input === undefined) {
      throw new UsageError(
        'Say what to edit: brushfleet edit --input FILE, a dataset or a folder of images.',
      );
    }
    return { kind: 'file', path: input };
  }
  const prompts = flags.texts('prompt');
  const file = flags.text('prompts_file') ?? input;
  if (prompts.length > 0) {
    return { kind: 'prompts', prompts };
  }
  if (file === undefined) {
    throw new UsageError('Say what to draw: brushfleet t2i --prompt "...", or --prompts_file FILE.');
  }
  return { kind: 'file', path: file };
}

function readInstruction(task: 'edit' | 't2i', flags: FlagValues): RunCliRequest['instruction'] {
  const column = flags.text('instruction_key');
  if (task === 't2i') {
    const hasPrompt = flags.has('prompt');
    return { kind: 'column', name: hasPrompt ? 'prompt' : (column ?? 'prompt') };
  }
  const [prompt, ...others] = flags.texts('prompt');
  if (others.length > 0) {
    throw new UsageError(
      '--prompt is one instruction for all rows of edit: give it once, or a column of instructions with --instruction_key.',
    );
  }
  if (prompt !== undefined && column !== undefined) {
    throw new UsageError(
      '--prompt and --instruction_key cannot be used together: one instruction for all rows, or a column of them.',
    );
  }
  return prompt === undefined
    ? { kind: 'column', name: column ?? 'instruction' }
    : { kind: 'template', text: prompt };
}

function readSize(flags: FlagValues): SizeFlags {
  const aspectRatio = flags.text('aspect_ratio');
  if (aspectRatio !== undefined && parseRatio(aspectRatio) === undefined) {
    throw new UsageError(`--aspect_ratio must be two numbers such as 16:9, not "${aspectRatio}".`);
  }
  const width = flags.integer('width', { min: 1, max: 100_000 });
  const height = flags.integer('height', { min: 1, max: 100_000 });
  if ((width === undefined) !== (height === undefined)) {
    const [given, missing] = width === undefined ? ['height', 'width'] : ['width', 'height'];
    throw new UsageError(`--${given} needs --${missing}: give both, or --aspect_ratio in their place.`);
  }
  return withoutUndefined({ aspectRatio, width, height, imageSize: flags.text('image_size') });
}

/** Ignoring this one would send, and pay for, every row on every machine. */
function refuseShards(flags: FlagValues): void {
  const nodes = flags.integer('num_nodes', { min: 1, max: 100_000 });
  if (nodes !== undefined && nodes > 1) {
    throw new UsageError('--num_nodes splits no work here: give each machine its rows with --filter_rows.');
  }
}
