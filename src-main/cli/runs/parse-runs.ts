/** Reads what follows `brushfleet runs`. Pure; what cannot be read throws UsageError. */
import { prioritySchema, runNameSchema } from '@shared/model/run';
import { type FlagValues, UsageError } from '../flag-values';
import { readCaps, readLogLevel, readOneOf, readUnknown, withoutUndefined } from '../read-flags';
import { PICTURE_FORMATS, readPictureExport } from './picture-export';
import {
  type ResumeTerms,
  type RunChange,
  type RunsAct,
  type RunsCliRequest,
  TABLE_FORMATS,
} from './runs-request';

export interface RunsWords {
  /** `runs list`, `runs show` and so on. */
  readonly name: string;
  readonly flags: FlagValues;
  /** What stands there without a flag. */
  readonly words: readonly string[];
}

export function readRuns({ name, flags, words }: RunsWords): RunsCliRequest {
  const optional = withoutUndefined({
    library: flags.text('library'),
    envFile: flags.text('env_file'),
    logLevel: readLogLevel(flags),
  });
  return { kind: 'runs', act: readAct({ name, flags, words }), json: flags.has('json'), ...optional };
}

function readAct({ name, flags, words }: RunsWords): RunsAct {
  if (name === 'runs list') {
    return { kind: 'list', sessions: flags.has('sessions') };
  }
  const runId = readRunId(words[0] ?? '');
  switch (name) {
    case 'runs show':
      return { kind: 'show', runId };
    case 'runs resume':
      return { kind: 'resume', runId, terms: readTerms(flags) };
    case 'runs set':
      return { kind: 'set', runId, change: readChange(flags) };
    case 'runs pause':
      return { kind: 'pause', runId };
    case 'runs cancel':
      return { kind: 'cancel', runId, which: flags.has('in_flight') ? 'all' : 'pending' };
    case 'runs export':
      return readExport(flags, runId);
    default:
      throw new Error(`No such command: ${name}`);
  }
}

function readRunId(word: string): number {
  if (!/^[1-9]\d{0,14}$/.test(word)) {
    throw new UsageError(
      `"${word}" is not a run id: ids are whole numbers, brushfleet runs list shows them.`,
    );
  }
  return Number(word);
}

function readTerms(flags: FlagValues): ResumeTerms {
  return {
    unknown: readUnknown(flags),
    failed: flags.has('failed'),
    cancelled: flags.has('cancelled'),
    adopt: flags.has('adopt'),
    ...withoutUndefined({
      caps: readCaps(flags),
      priority: readOneOf(flags, 'priority', prioritySchema.options),
    }),
  };
}

function readName(flags: FlagValues): string | undefined {
  const given = flags.text('name');
  const name = runNameSchema.optional().safeParse(given);
  if (!name.success) {
    throw new UsageError(`--name takes up to 500 characters, not ${given?.length ?? 0}.`);
  }
  return name.data;
}

function readChange(flags: FlagValues): RunChange {
  const place = flags.integer('place', { min: 1, max: 1_000_000 });
  const change = withoutUndefined({
    name: readName(flags),
    caps: readCaps(flags),
    priority: readOneOf(flags, 'priority', prioritySchema.options),
    concurrency: flags.integer('max_global_workers', { min: 1, max: 1024 }),
    // People count from 1.
    place: place === undefined ? undefined : place - 1,
  });
  if (Object.keys(change).length === 0) {
    throw new UsageError(
      'Say what to change, such as --priority high: brushfleet runs set --help lists all flags.',
    );
  }
  return change;
}

function readExport(flags: FlagValues, runId: number): RunsAct {
  const optional = withoutUndefined({ output: flags.text('output') });
  const pictures = readPictureExport(flags);
  return pictures === null
    ? { kind: 'export', runId, format: readFormat(flags), ...optional }
    : { kind: 'exportPictures', runId, ...pictures, ...optional };
}

function readFormat(flags: FlagValues): (typeof TABLE_FORMATS)[number] {
  const names = [...TABLE_FORMATS, ...Object.keys(PICTURE_FORMATS)];
  const word = readOneOf(flags, 'format', names);
  const format = TABLE_FORMATS.find((one) => one === word);
  if (format === undefined) {
    throw new UsageError(
      `Say in which form: --format ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}.`,
    );
  }
  return format;
}
