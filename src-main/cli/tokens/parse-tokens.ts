/** Reads what follows `brushfleet tokens`. Pure; what cannot be read throws UsageError. */
import { type FlagValues, UsageError } from '../flag-values';
import { notBlank, readCaps, readLogLevel, withoutUndefined } from '../read-flags';
import type { TokensAct, TokensCliRequest } from './tokens-request';

export interface TokensWords {
  /** `tokens list` and so on. */
  readonly name: string;
  readonly flags: FlagValues;
  /** What stands there without a flag. */
  readonly words: readonly string[];
}

const LONGEST_NAME = 120;

export function readTokens(given: TokensWords): TokensCliRequest {
  const { flags } = given;
  const optional = withoutUndefined({
    library: flags.text('library'),
    envFile: flags.text('env_file'),
    logLevel: readLogLevel(flags),
  });
  return { kind: 'tokens', act: readAct(given), json: flags.has('json'), ...optional };
}

function readAct({ name, flags, words }: TokensWords): TokensAct {
  switch (name) {
    case 'tokens list':
      return { kind: 'list' };
    case 'tokens add':
      return { kind: 'add', name: readName(words[0] ?? ''), ...readBounds(flags) };
    case 'tokens set':
      return readSet(flags, words[0] ?? '');
    case 'tokens revoke':
      return { kind: 'revoke', tokens: words.map((word) => notBlank(word, 'The token')) };
    default:
      throw new Error(`No such command: ${name}`);
  }
}

function readBounds(flags: FlagValues): Pick<Extract<TokensAct, { kind: 'add' }>, 'caps' | 'concurrency'> {
  const concurrency = flags.integer('concurrency', { min: 1, max: 1024 });
  return { caps: readCaps(flags) ?? {}, ...(concurrency === undefined ? {} : { concurrency }) };
}

function readSet(flags: FlagValues, word: string): TokensAct {
  const bounds = readBounds(flags);
  const noCaps = flags.has('no_caps');
  if (!noCaps && Object.keys(bounds.caps).length === 0 && bounds.concurrency === undefined) {
    throw new UsageError('Say what to change: --max_cost, --max_requests, --concurrency or --no_caps.');
  }
  return { kind: 'set', token: notBlank(word, 'The token'), noCaps, ...bounds };
}

function readName(word: string): string {
  const name = notBlank(word, 'The name of the token');
  if (name.length > LONGEST_NAME) {
    throw new UsageError(`The name of a token must be at most ${LONGEST_NAME} characters.`);
  }
  return name;
}
