/** What several commands read alike. */
import type { Provider } from '@shared/model/provider';
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

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
