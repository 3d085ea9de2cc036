/** Reads what follows `brushfleet text`, `structured` or `story`. Pure; what cannot be read throws UsageError. */
import type { Provider } from '@shared/model/provider';
import { prioritySchema } from '@shared/model/run';
import type { Generation } from '@shared/model/text';
import { providerOfName } from '@shared/provider-of-name';
import { columnTemplate } from '@shared/template';
import { type FlagValues, UsageError } from '../flag-values';
import { PROVIDERS, readCaps, readLogLevel, readOneOf, readUnknown, withoutUndefined } from '../read-flags';
import { type FleetFlagNames, isAuto, readFilter, readFleetFlags, readWaitForQuota } from '../run-flags';
import type { TextCliRequest, TextCommand } from './text-request';

/** Google takes five, OpenAI four; no provider more. */
const MOST_STOPS = 5;

export function readText(command: TextCommand, flags: FlagValues): TextCliRequest {
  refuseBoth(flags, 'resume', 'no_resume');
  const source = readSource(command, flags);
  const output = readOutput(command, flags, source);
  const names = fleetNames(flags);
  return {
    kind: 'text',
    command,
    provider: readProvider(flags),
    modelName: flags.text('model') ?? null,
    source,
    template: readTemplate(flags, source),
    output,
    system: readSystem(flags),
    generation: readGeneration(flags),
    filterRows: readFilter(flags),
    fleetFlags: readFleetFlags(flags, names),
    autoConcurrency: isAuto(flags, names),
    waitForQuota: readWaitForQuota(flags),
    workers: flags.integer('num_processes', { min: 1, max: 64 }) ?? 4,
    resume: !flags.has('no_resume'),
    unknown: readUnknown(flags),
    check: flags.has('check'),
    allowPrivateUrls: flags.has('allow_private_urls'),
    json: readJson(flags, output),
    ...withoutUndefined({
      schemaFile: readSchemaFile(command, flags),
      voices: readVoices(flags),
      caps: readCaps(flags),
      canary: flags.integer('canary', { min: 1, max: 1000 }),
      priority: readOneOf(flags, 'priority', prioritySchema.options),
      envFile: flags.text('env_file'),
      logLevel: readLogLevel(flags),
    }),
  };
}

function refuseBoth(flags: FlagValues, one: string, other: string): void {
  if (flags.has(one) && flags.has(other)) {
    throw new UsageError(`--${one} and --${other} cannot be used together: give one of the two.`);
  }
}

function readSource(command: TextCommand, flags: FlagValues): TextCliRequest['source'] {
  const prompts = flags.texts('prompt');
  const path = flags.text('input');
  if (prompts.length > 0 && path !== undefined) {
    throw new UsageError(
      '--input and --prompt cannot be used together: a file of prompts, or prompts on the command line.',
    );
  }
  if (path !== undefined) {
    return { kind: 'file', path };
  }
  if (prompts.length === 0) {
    throw new UsageError(`Say what to ask: brushfleet ${command} --prompt "...", or --input FILE.`);
  }
  return { kind: 'prompts', prompts };
}

/** What a person asks in passing comes on the screen; many rows need a file, by which they can be gone on with. */
function readOutput(command: TextCommand, flags: FlagValues, source: TextCliRequest['source']): string {
  const output = flags.text('output');
  if (output === undefined && source.kind === 'file') {
    throw new UsageError(
      `Say where the answers go: brushfleet ${command} --input FILE --output answers.jsonl, or --output - for the screen.`,
    );
  }
  return output ?? '-';
}

function readJson(flags: FlagValues, output: string): boolean {
  if (flags.has('json') && output === '-') {
    throw new UsageError(
      '--json and the answers would mix on the standard output: name a file with --output.',
    );
  }
  return flags.has('json');
}

function readTemplate(flags: FlagValues, source: TextCliRequest['source']): string {
  refuseBoth(flags, 'prompt_column', 'template');
  const column = flags.text('prompt_column');
  const template = flags.text('template');
  if (source.kind === 'prompts' && (column !== undefined || template !== undefined)) {
    throw new UsageError('--prompt_column and --template are for the rows of a file: give it with --input.');
  }
  return template ?? columnTemplate(column ?? 'prompt');
}

function readSystem(flags: FlagValues): TextCliRequest['system'] {
  refuseBoth(flags, 'system', 'system_file');
  const path = flags.text('system_file');
  return path === undefined ? { kind: 'text', text: flags.text('system') ?? '' } : { kind: 'file', path };
}

/** Named, else as the model's name tells, else Google's. */
function readProvider(flags: FlagValues): Provider {
  const word = flags.text('provider');
  if (word === undefined) {
    return providerOfName(flags.text('model') ?? '') ?? 'google_genai';
  }
  const provider = Object.hasOwn(PROVIDERS, word) ? PROVIDERS[word] : undefined;
  if (provider === undefined) {
    throw new UsageError(`--provider must be google_genai (or gemini) or openai, not "${word}".`);
  }
  return provider;
}

function readGeneration(flags: FlagValues): Generation {
  return withoutUndefined({
    temperature: flags.decimal('temperature', { min: 0, max: 2 }),
    topP: flags.decimal('top_p', { min: 0, max: 1 }),
    topK: flags.integer('top_k', { min: 1, max: 1000 }),
    maxOutputTokens: flags.integer('max_output_tokens', { min: 1, max: 1_000_000 }),
    candidateCount: flags.integer('candidate_count', { min: 1, max: 8 }),
    seed: flags.signed('seed', { min: -2_147_483_648, max: 2_147_483_647 }),
    thinkingBudget: flags.signed('thinking_budget', { min: -1, max: 1_000_000 }),
    stop: readStops(flags),
    presencePenalty: flags.decimal('presence_penalty', { min: -2, max: 2 }),
    frequencyPenalty: flags.decimal('frequency_penalty', { min: -2, max: 2 }),
  });
}

function readStops(flags: FlagValues): string[] | undefined {
  const stops = flags.verbatim('stop');
  if (stops.length > MOST_STOPS) {
    throw new UsageError(`--stop may be given at most ${MOST_STOPS} times.`);
  }
  return stops.length === 0 ? undefined : [...stops];
}

function readSchemaFile(command: TextCommand, flags: FlagValues): string | undefined {
  const path = flags.text('schema');
  if (command === 'structured' && path === undefined) {
    throw new UsageError('Say which shape the answers have: brushfleet structured --schema FILE.json.');
  }
  return path;
}

function readVoices(flags: FlagValues): readonly string[] | undefined {
  const list = flags.text('voice_id_list');
  const voices = list
    ?.split(',')
    .map((voice) => voice.trim())
    .filter((voice) => voice !== '');
  if (voices?.length === 0) {
    throw new UsageError('--voice_id_list needs ids of voices with commas between, such as nova,onyx.');
  }
  return voices;
}

/** The words of both kinds of earlier command lines. */
function fleetNames(flags: FlagValues): FleetFlagNames {
  refuseBoth(flags, 'concurrency', 'num_workers');
  return { workers: flags.has('num_workers') ? 'num_workers' : 'concurrency', retries: 'max_retries' };
}
