/** Endpoints, keys, models and datasets as a library in use would have them. */
import type { EndpointView } from '@shared/contract';
import { DEMO_MODEL } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint, KeyInfo, KeyState } from '@shared/model/endpoint';
import type { Dataset, Row } from '@shared/model/run';
import { figureUrl } from './fake-pictures';

const SUBJECTS = [
  'the woman in the chair',
  'the man by the window',
  'the child',
  'the cat',
  'the statue',
] as const;

export const FAKE_MODELS: readonly CatalogueModel[] = [
  {
    id: DEMO_MODEL.model,
    provider: DEMO_MODEL.provider,
    label: 'Demo painter',
    state: 'current',
    tasks: ['edit', 't2i'],
    maxInputImages: 14,
    mask: false,
    sizes: ['1K'],
    ratios: ['1:1', '16:9'],
    priceUsd: { '*': 0 },
    source: 'scripted',
  },
  {
    id: 'gemini-nano-banana-2.1',
    provider: 'google_genai',
    label: 'Nano Banana 2.1',
    state: 'current',
    isDefault: true,
    tasks: ['edit', 't2i'],
    maxInputImages: 14,
    mask: false,
    sizes: ['1K', '2K', '4K'],
    ratios: ['1:1', '3:2', '2:3', '16:9', '9:16'],
    priceUsd: { '1K': 0.0336, '2K': 0.0504, '4K': 0.113 },
    source: 'scripted',
  },
  {
    id: 'gpt-image-2',
    provider: 'openai',
    label: 'GPT Image 2',
    state: 'current',
    isDefault: true,
    tasks: ['edit', 't2i'],
    maxInputImages: 16,
    mask: true,
    sizes: ['auto', '1024x1024', '1536x1024', '1024x1536'],
    ratios: [],
    priceUsd: { '1024x1024': 0.042, '1536x1024': 0.063 },
    source: 'scripted',
  },
  {
    id: 'gpt-image-1.5',
    provider: 'openai',
    label: 'GPT Image 1.5',
    state: 'deprecated',
    tasks: ['edit', 't2i'],
    maxInputImages: 16,
    mask: true,
    sizes: ['auto', '1024x1024'],
    ratios: [],
    priceUsd: { '1024x1024': 0.034 },
    endsOn: '2026-12-01',
    successor: 'gpt-image-2',
    source: 'scripted',
  },
  {
    id: 'gpt-image-1',
    provider: 'openai',
    label: 'GPT Image 1',
    state: 'ended',
    tasks: ['edit', 't2i'],
    maxInputImages: 16,
    mask: true,
    sizes: ['auto'],
    ratios: [],
    priceUsd: {},
    endsOn: '2026-10-23',
    successor: 'gpt-image-2',
    source: 'scripted',
  },
];

function endpoint(part: Pick<Endpoint, 'id' | 'name' | 'provider'> & Partial<Endpoint>): Endpoint {
  return {
    baseUrl: '',
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 300_000,
    options: {},
    demo: false,
    ...part,
  };
}

export function fakeKey(
  label: string,
  tail: string,
  state: KeyState = { status: 'AVAILABLE', since: 0 },
): KeyInfo {
  return { id: `${label}-${tail}`, label, tail, endpointIds: [], paused: false, readable: true, state };
}

function view(of: Endpoint, keys: readonly KeyInfo[], effectiveWeight = of.weight): EndpointView {
  return {
    endpoint: of,
    health: { endpointId: of.id, inFlight: 0, succeeded: 0, failed: 0, effectiveWeight },
    keys: [...keys],
  };
}

export const DEMO_ENDPOINT = view(
  endpoint({ id: 'demo', name: 'Demo', provider: 'google_genai', demo: true }),
  [],
);

export function fakeEndpoints(now: number): readonly EndpointView[] {
  const cooling: KeyState = {
    status: 'COOLDOWN',
    since: now - 18_000,
    until: now + 42_000,
    reason: { kind: 'quota_minute', message: 'The provider allows 60 requests a minute to this key.' },
  };
  const invalid: KeyState = {
    status: 'FAILED_INIT',
    since: now - 9_000_000,
    reason: { kind: 'invalid_key', message: 'The provider does not know this key.' },
  };
  const spent: KeyState = {
    status: 'FULLY_EXHAUSTED',
    since: now - 4_000_000,
    reason: { kind: 'quota_day', message: 'All 25 requests of the day are used.' },
  };
  return [
    view(endpoint({ id: 'google', name: 'Google official', provider: 'google_genai', weight: 2 }), [
      fakeKey('team-a', 'x7Qd'),
      fakeKey('team-b', 'p0Lk', cooling),
      fakeKey('team-c', 'm31a'),
      fakeKey('free-1', 'tt9Z', spent),
      fakeKey('old', 'aa02', invalid),
    ]),
    view(
      endpoint({
        id: 'relay',
        name: 'Relay Frankfurt',
        provider: 'google_genai',
        baseUrl: 'http://relay.example:8080',
      }),
      [fakeKey('relay', 'q81c')],
      0.6,
    ),
    view(endpoint({ id: 'openai', name: 'OpenAI official', provider: 'openai' }), [
      fakeKey('studio', '9fGh'),
    ]),
    DEMO_ENDPOINT,
  ];
}

export function fakeDataset(part: Partial<Dataset> & Pick<Dataset, 'id' | 'name' | 'rows'>): Dataset {
  return {
    format: 'csv',
    columns: ['index', 'image', 'subject', 'instruction'],
    problems: [],
    importing: false,
    ...part,
  };
}

export function fakeRow(row: number): Row {
  const subject = SUBJECTS[row % SUBJECTS.length] ?? 'the cat';
  return {
    row,
    index: row,
    fields: {
      index: String(row),
      image: `faces/${String(row).padStart(4, '0')}.jpg`,
      subject,
      instruction: `Add a red hat to ${subject}, keep the background`,
    },
    thumbnails: [figureUrl(row, false)],
  };
}
