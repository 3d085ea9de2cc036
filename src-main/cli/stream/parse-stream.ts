/** The values of `stream`. Pure. */
import type { FlagValues } from '../flag-values';
import { readLogLevel, readOneOf, withoutUndefined } from '../read-flags';
import type { StreamCliRequest } from './stream-request';

const PROVIDER_WORDS = ['google_genai', 'openai'] as const;
const TIMEOUT_MS = 300_000;

export function readStream(flags: FlagValues): StreamCliRequest {
  return {
    kind: 'stream',
    provider: readOneOf(flags, 'provider', PROVIDER_WORDS) ?? 'google_genai',
    timeoutMs: flags.seconds('timeout', { min: 0.001, max: 86_400 }) ?? TIMEOUT_MS,
    ordered: flags.has('ordered'),
    ...withoutUndefined({
      model: flags.text('model'),
      system: flags.text('system'),
      schema: flags.text('schema'),
      concurrency: flags.integer('concurrency', { min: 1, max: 1024 }),
      maxRetries: flags.integer('max_retries', { min: 0, max: 100 }),
      envFile: flags.text('env_file'),
      logLevel: readLogLevel(flags),
    }),
  };
}
