/** Reads what follows `brushfleet keys` and `brushfleet endpoints`. Pure; what cannot be read throws UsageError. */
import { adaptiveSchema, keyTierSchema, type Limits } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { LONGEST_USAGE_DAYS } from '@shared/model/usage';
import { isTimeZone } from '@shared/time-zone';
import { type FlagValues, UsageError } from '../flag-values';
import { notBlank, PROVIDERS, readLogLevel, readOneOf, withoutUndefined } from '../read-flags';
import type { Chosen, EndpointChange, FleetAct, FleetCliRequest, KeyTerms } from './fleet-request';
import { KEY_IN_ARGUMENTS, looksLikeKey } from './looks-like-key';

export interface FleetWords {
  /** `keys add`, `endpoints set` and so on. */
  readonly name: string;
  readonly flags: FlagValues;
  /** What stands there without a flag. */
  readonly words: readonly string[];
}

export function isFleetCommand(argv: readonly string[]): boolean {
  return argv[0] === 'keys' || argv[0] === 'endpoints';
}

/** Before anything else is looked at, so that no sentence can repeat one. */
export function refuseKeys(argv: readonly string[]): void {
  if (argv.some(looksLikeKey)) {
    throw new UsageError(KEY_IN_ARGUMENTS);
  }
}

export function readFleet(given: FleetWords): FleetCliRequest {
  const { flags } = given;
  const optional = withoutUndefined({
    library: flags.text('library'),
    envFile: flags.text('env_file'),
    logLevel: readLogLevel(flags),
  });
  return { kind: 'fleet', act: readAct(given), json: flags.has('json'), ...optional };
}

function readAct({ name, flags, words }: FleetWords): FleetAct {
  const [first = ''] = words;
  switch (name) {
    case 'keys list':
      return { kind: 'keysList' };
    case 'keys usage':
      return { kind: 'keysUsage', days: flags.integer('days', { min: 1, max: LONGEST_USAGE_DAYS }) ?? 30 };
    case 'keys add':
      return { kind: 'keysAdd', terms: readTerms(flags) };
    case 'keys import':
      return { kind: 'keysImport', file: notBlank(first, 'The file'), terms: readTerms(flags) };
    case 'keys test':
      return {
        kind: 'keysTest',
        keys: readChosen(flags, words, 'keys: ids (brushfleet keys list), or --all'),
      };
    case 'keys remove':
      return { kind: 'keysRemove', keys: readKeys(words) };
    case 'keys pause':
    case 'keys resume':
      return { kind: 'keysPause', keys: readKeys(words), paused: name === 'keys pause' };
    case 'keys reset':
      return { kind: 'keysReset', keys: readKeys(words) };
    case 'endpoints list':
      return { kind: 'endpointsList' };
    case 'endpoints add':
      return {
        kind: 'endpointsAdd',
        name: readName(first),
        provider: readProvider(flags),
        change: readChange(flags),
      };
    case 'endpoints set':
      return {
        kind: 'endpointsSet',
        endpoint: notBlank(first, 'The endpoint'),
        change: readSomeChange(flags),
      };
    case 'endpoints remove':
      return {
        kind: 'endpointsRemove',
        endpoint: notBlank(first, 'The endpoint'),
        withKeys: flags.has('with_keys'),
      };
    case 'endpoints test':
      return { kind: 'endpointsTest', endpoints: readChosen(flags, words, 'endpoints: names, or --all') };
    default:
      throw new Error(`No such command: ${name}`);
  }
}

function readKeys(words: readonly string[]): readonly string[] {
  return words.map((word) => notBlank(word, 'The id of a key'));
}

function readTerms(flags: FlagValues): KeyTerms {
  const tier = readOneOf(flags, 'tier', keyTierSchema.options);
  const group = flags.text('group')?.trim();
  if (group !== undefined && group.length > 120) {
    throw new UsageError('--group must be at most 120 characters.');
  }
  return withoutUndefined({ endpoint: flags.text('endpoint'), group, tier, limits: readLimits(flags) });
}

function readSomeChange(flags: FlagValues): EndpointChange {
  const name = flags.text('name');
  const change = { ...readChange(flags), ...(name === undefined ? {} : { name: readName(name) }) };
  if (Object.keys(change).length === 0) {
    throw new UsageError(
      'Say what to change, such as --weight 2: brushfleet endpoints set --help lists all flags.',
    );
  }
  return change;
}

function readChange(flags: FlagValues): EndpointChange {
  const enabled = readOneOf(flags, 'enabled', ['on', 'off']);
  return withoutUndefined({
    baseUrl: readUrl(flags),
    apiVersion: readOneOf(flags, 'api_version', ['v1', 'v1beta', 'v1alpha']),
    enabled: enabled === undefined ? undefined : enabled === 'on',
    weight: flags.decimal('weight', { min: 0, max: 10_000 }),
    limits: readLimits(flags),
    adaptive: readOneOf(flags, 'adaptive', adaptiveSchema.options),
    resetZone: readZone(flags),
    timeoutMs: flags.seconds('timeout', { min: 0.001, max: 3600 }),
  });
}

/** Undefined when none is given. */
function readLimits(flags: FlagValues): Limits | undefined {
  const count = (name: string): number | undefined => flags.integer(name, { min: 0, max: 1_000_000_000 });
  const limits = withoutUndefined({
    requestsPerMinute: count('rpm'),
    requestsPerDay: count('rpd'),
    tokensPerMinute: count('tpm'),
    concurrency: count('concurrency'),
    minIntervalMs: flags.seconds('min_interval', { min: 0, max: 3600 }),
  });
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function readChosen(flags: FlagValues, words: readonly string[], what: string): Chosen {
  if (flags.has('all') && words.length > 0) {
    throw new UsageError('--all means every one: name some, or give --all, not both.');
  }
  if (!flags.has('all') && words.length === 0) {
    throw new UsageError(`Say which ${what}.`);
  }
  return flags.has('all') ? 'all' : words.map((word) => notBlank(word, 'A name or id'));
}

function readProvider(flags: FlagValues): Provider {
  const word = flags.text('provider');
  if (word === undefined) {
    throw new UsageError('Say which protocol it speaks: --provider google_genai, or --provider openai.');
  }
  const provider = Object.hasOwn(PROVIDERS, word) ? PROVIDERS[word] : undefined;
  if (provider === undefined) {
    throw new UsageError(`--provider must be google_genai (or gemini) or openai, not "${word}".`);
  }
  return provider;
}

/** The blank word is the official URL, said on purpose. */
function readUrl(flags: FlagValues): string | undefined {
  if (flags.values['base_url'] === '') {
    return '';
  }
  const text = flags.text('base_url')?.trim();
  if (text === undefined) {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `--base_url "${text}" is not a URL: write it as https://host/path, or leave it blank for the official one.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      '--base_url holds a user name or password: keys are added with brushfleet keys add.',
    );
  }
  return text;
}

function readZone(flags: FlagValues): string | undefined {
  const zone = flags.text('reset_zone')?.trim();
  if (zone !== undefined && !isTimeZone(zone)) {
    throw new UsageError(`--reset_zone "${zone}" is not a time zone such as America/Los_Angeles or UTC.`);
  }
  return zone;
}

function readName(word: string): string {
  const name = notBlank(word, 'The name of an endpoint');
  if (name.length > 120) {
    throw new UsageError('The name of an endpoint must be at most 120 characters.');
  }
  return name;
}
