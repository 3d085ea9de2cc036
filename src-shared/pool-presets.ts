/** Ready-made settings of the pool, and the account tiers of old. */
import type { Limits } from './model/endpoint';
import { DEFAULT_POOL_SETTINGS, type PoolSettings } from './model/settings';

export interface PoolPreset {
  readonly id: 'no_cooldown' | 'gemini_parallel';
  readonly name: string;
  readonly description: string;
  readonly settings: PoolSettings;
}

export const POOL_PRESETS: readonly PoolPreset[] = [
  {
    id: 'no_cooldown',
    name: 'No cooldown',
    description: 'Keys rest only when the provider says so.',
    settings: DEFAULT_POOL_SETTINGS,
  },
  {
    // The defaults of the earlier program of that name.
    id: 'gemini_parallel',
    name: 'gemini_parallel',
    description:
      'A key rests 30 s after each answer, 120 s after a quota failure, 12 h after three in a row; 4 requests at once, 2 s apart.',
    settings: {
      keyCooldownMs: 30_000,
      exhaustedWaitMs: 120_000,
      strikes: 3,
      fullyExhaustedWaitMs: 12 * 3_600_000,
      minIntervalMs: 2_000,
      concurrency: 4,
      slotCooldownMs: 5_000,
      banProtection: true,
      banPauseMs: 300_000,
      freeKeys: 'alike',
    },
  },
];

/** The preset these settings are, if they are one. */
export function presetOf(settings: PoolSettings): PoolPreset | undefined {
  const names = Object.keys(DEFAULT_POOL_SETTINGS) as (keyof PoolSettings)[];
  return POOL_PRESETS.find((preset) => names.every((name) => preset.settings[name] === settings[name]));
}

export interface AccountTier {
  readonly id: 'free' | 'tier1' | 'tier2';
  readonly name: string;
  readonly limits: Limits;
}

/** Limits of Gemini accounts as a document of 2025 states them. Providers have changed them since: check, then adapt. */
export const ACCOUNT_TIERS: readonly AccountTier[] = [
  {
    id: 'free',
    name: 'Free (2025)',
    limits: { requestsPerMinute: 5, tokensPerMinute: 25_000, requestsPerDay: 25, concurrency: 2 },
  },
  {
    id: 'tier1',
    name: 'Tier 1 (2025)',
    limits: { requestsPerMinute: 300, tokensPerMinute: 1_000_000, requestsPerDay: 1_000, concurrency: 15 },
  },
  {
    id: 'tier2',
    name: 'Tier 2 (2025)',
    limits: { requestsPerMinute: 1_000, tokensPerMinute: 2_000_000, requestsPerDay: 10_000, concurrency: 50 },
  },
];
