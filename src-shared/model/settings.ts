/** The user's defaults: those of the command line's flags, and what the window remembers across runs. */
import { z } from 'zod';

export const settingsSchema = z.object({
  outputDir: z.string(),
  concurrency: z.number().int().min(1).max(1024),
  workers: z.number().int().min(1).max(64),
  maxRetries: z.number().int().min(0).max(100),
  retryDelayMs: z.number().int().min(0).max(3_600_000),
  timeoutMs: z.number().int().min(1000).max(3_600_000),
  allowPrivateUrls: z.boolean(),
  logLevel: z.enum(['error', 'warning', 'info', 'debug']),
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Defaults of the command line (reference: SYSTEMS.md 1.1); `outputDir` blank means a folder the door chooses. */
export const DEFAULT_SETTINGS: Settings = {
  outputDir: '',
  concurrency: 16,
  workers: 4,
  maxRetries: 0,
  retryDelayMs: 1000,
  timeoutMs: 300_000,
  allowPrivateUrls: false,
  logLevel: 'info',
};

export const themeSchema = z.enum(['light', 'dark', 'system']);
export type Theme = z.infer<typeof themeSchema>;

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
