/** What several commands read alike. */
import type { Provider } from '@shared/model/provider';
import { type Caps, type UnknownPolicy, unknownPolicySchema } from '@shared/model/run';
import { LOG_LEVELS, type LogLevel, parseLogLevel } from '../log';
import { type FlagValues, UsageError } from './flag-values';

/** Words for a provider, and what they mean. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  google_genai: 'google_genai',
  gemini: 'google_genai',
  openai: 'openai',
};

export function readLogLevel(flags: FlagValues): LogLevel | undefined {
  const word = flags.text('log_level');
  if (word === undefined) {
    return undefined;
  }
  const level = parseLogLevel(word, {});
  if (level === null) {
    throw new UsageError(`--log_level must be ${LOG_LEVELS.join(', ')}, not "${word}".`);
  }
  return level;
}

export function readOneOf<T extends string>(
  flags: FlagValues,
  name: string,
  words: readonly T[],
): T | undefined {
  const word = flags.text(name);
  const found = words.find((one) => one === word);
  if (word !== undefined && found === undefined) {
    throw new UsageError(
      `--${name} must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}, not "${word}".`,
    );
  }
  return found;
}

export function readUnknown(flags: FlagValues): UnknownPolicy {
  return readOneOf(flags, 'unknown', unknownPolicySchema.options) ?? 'keep';
}

/** Undefined when none is given. */
export function readCaps(flags: FlagValues): Caps | undefined {
  const caps = withoutUndefined({
    costUsd: flags.decimal('max_cost', { min: 0.01, max: 1_000_000 }),
    requests: flags.integer('max_requests', { min: 1, max: 1_000_000_000 }),
  });
  return Object.keys(caps).length === 0 ? undefined : caps;
}

/** A word without a flag. `what` names it in the refusal. */
export function notBlank(word: string, what: string): string {
  if (word.trim() === '') {
    throw new UsageError(`${what} is blank: the shell lost a variable.`);
  }
  return word.trim();
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
