/** Models and datasets as a library in use would have them. */
import { DEMO_MODEL } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
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
