/** The user's defaults: those of the command line's flags, and what the window remembers across runs. */
import { z } from 'zod';
import { capsSchema } from './run';

/** Milliseconds. */
const wait = z.number().int().min(0).max(86_400_000);

/** How the pool treats keys as a whole. */
export const poolSettingsSchema = z.object({
  /** A key rests this long after each answer. 0: not at all. */
  keyCooldownMs: wait,
  /** After a minute quota for which the provider names no wait. 0: 5 s doubled with each, at most 5 min. */
  exhaustedWaitMs: wait,
  /** Quota failures in a row after which a key is out for `fullyExhaustedWaitMs`. 0: never. */
  strikes: z.number().int().min(0).max(100),
  fullyExhaustedWaitMs: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400_000),
  /** Between any two requests of the whole program. */
  minIntervalMs: wait,
  /** Requests in flight in the whole program. 0: no bound. */
  concurrency: z.number().int().min(0).max(4096),
  /** With `concurrency`: a slot rests this long after its answer. */
  slotCooldownMs: wait,
  /** Three refusals in a row over different keys, without quota or delay, rest the endpoint for `banPauseMs`. */
  banProtection: z.boolean(),
  banPauseMs: wait,
  /** Whether free keys are used before paid ones (`first`), after them (`last`), or alike. */
  freeKeys: z.enum(['alike', 'first', 'last']),
});
export type PoolSettings = Readonly<z.infer<typeof poolSettingsSchema>>;

/** No cooldown: what users of the earlier command-line tool expect. */
export const DEFAULT_POOL_SETTINGS: PoolSettings = {
  keyCooldownMs: 0,
  exhaustedWaitMs: 0,
  strikes: 0,
  fullyExhaustedWaitMs: 12 * 3_600_000,
  minIntervalMs: 0,
  concurrency: 0,
  slotCooldownMs: 0,
  banProtection: false,
  banPauseMs: 300_000,
  freeKeys: 'alike',
};

export const settingsSchema = z.object({
  outputDir: z.string(),
  concurrency: z.number().int().min(1).max(1024),
  workers: z.number().int().min(1).max(64),
  maxRetries: z.number().int().min(0).max(100),
  retryDelayMs: z.number().int().min(0).max(3_600_000),
  timeoutMs: z.number().int().min(1000).max(3_600_000),
  allowPrivateUrls: z.boolean(),
  logLevel: z.enum(['error', 'warning', 'info', 'debug']),
  pool: poolSettingsSchema,
  /** Results are measured when they land: unchanged, blank, a duplicate and so on. */
  measureResults: z.boolean(),
  /** The computer with the window does not go to sleep by itself while a run is under way there. */
  stayAwake: z.boolean(),
  /** Over all runs of one calendar day, local time. */
  dayCaps: capsSchema,
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Those of the earlier tool whose commands the command line takes; `outputDir` blank means a folder the door chooses. */
export const DEFAULT_SETTINGS: Settings = {
  outputDir: '',
  concurrency: 16,
  workers: 4,
  maxRetries: 0,
  retryDelayMs: 1000,
  timeoutMs: 300_000,
  allowPrivateUrls: false,
  logLevel: 'info',
  measureResults: true,
  stayAwake: false,
  pool: DEFAULT_POOL_SETTINGS,
  dayCaps: {},
};

export const themeSchema = z.enum(['light', 'dark', 'system']);
export type Theme = z.infer<typeof themeSchema>;

/** How large the window draws everything, in percent. */
export const interfaceSizeSchema = z.number().int().min(80).max(200);
export const DEFAULT_INTERFACE_SIZE = 100;
/** Those offered, and gone through by key. */
export const INTERFACE_SIZES: readonly number[] = [80, 90, 100, 110, 125, 150, 175, 200];

/** How secrets are kept. `session`: in memory only; `keyring`: the operating system's; `passphrase`: a sealed file. */
export const vaultStatusSchema = z.discriminatedUnion('kind', [
  /** `notice`: keys sealed earlier cannot be opened any more; a sentence that says why and the way out. */
  z.object({ kind: z.literal('keyring'), backend: z.string(), notice: z.string().optional() }),
  z.object({ kind: z.literal('passphrase'), locked: z.boolean() }),
  z.object({ kind: z.literal('session') }),
  /** No keyring and nothing chosen yet: the first key that is saved asks. */
  z.object({ kind: z.literal('undecided'), why: z.string() }),
]);
export type VaultStatus = Readonly<z.infer<typeof vaultStatusSchema>>;
