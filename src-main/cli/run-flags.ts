/** What all commands read alike that send a run: which rows, through how many requests, and what is waited for. */
import { type WaitForQuota, waitForQuotaSchema } from '@shared/model/run';
import { parseRowFilter } from '@shared/row-filter';
import type { FleetFlags } from '../fleet-env/fleet-from-env';
import { type FlagValues, UsageError } from './flag-values';
import { withoutUndefined } from './read-flags';

/** What a command calls them. */
export interface FleetFlagNames {
  readonly workers: string;
  readonly retries: string;
}

export const PICTURE_FLAG_NAMES: FleetFlagNames = {
  workers: 'max_global_workers',
  retries: 'api_max_retries',
};

export function readFilter(flags: FlagValues): string {
  const text = flags.text('filter_rows') ?? '';
  const filter = parseRowFilter(text);
  if (filter.kind === 'refused') {
    throw new UsageError(filter.sentence);
  }
  return text;
}

export function readFleetFlags(flags: FlagValues, names: FleetFlagNames = PICTURE_FLAG_NAMES): FleetFlags {
  return withoutUndefined({
    timeoutMs: flags.seconds('timeout', { min: 0.001, max: 3600 }),
    maxRetries: flags.integer(names.retries, { min: 0, max: 100 }),
    retryDelayMs: flags.seconds('retry_delay', { min: 0, max: 3600 }),
    maxWorkers: isAuto(flags, names) ? undefined : readMaxWorkers(flags, names.workers),
  });
}

/** The number in flight follows what the provider allows; the usual number counts until that is known. */
export function isAuto(flags: FlagValues, { workers }: FleetFlagNames = PICTURE_FLAG_NAMES): boolean {
  return flags.text(workers) === 'auto';
}

function readMaxWorkers(flags: FlagValues, name: string): number | undefined {
  const text = flags.text(name);
  if (text !== undefined && !/\d/.test(text)) {
    throw new UsageError(`--${name} must be a whole number from 1 to 1024, or auto, not "${text}".`);
  }
  return flags.integer(name, { min: 1, max: 1024 });
}

export function readWaitForQuota(flags: FlagValues): WaitForQuota {
  const word = flags.text('wait_for_quota') ?? 'minutes';
  const { success, data } = waitForQuotaSchema.safeParse(word);
  if (!success) {
    throw new UsageError(`--wait_for_quota must be ${waitForQuotaSchema.options.join(', ')}, not "${word}".`);
  }
  return data;
}
