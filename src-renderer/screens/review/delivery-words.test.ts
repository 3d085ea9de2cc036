import type { Asked, Measures } from '@shared/model/measures';
import type { JobDetail } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { badgesOf } from './delivery-words';

const RESULT = {
  id: 1,
  fileName: '000000.png',
  mimeType: 'image/png',
  width: 1152,
  height: 896,
  sizeBytes: 1,
  sha256: '',
};
const JOB: JobDetail['job'] = {
  id: 1,
  runId: 1,
  position: 0,
  row: 0,
  index: 0,
  variant: 0,
  model: 'm',
  state: 'done',
};

function detail(asked: Partial<Asked>, more: Partial<Measures> = {}, size = {}): JobDetail {
  return {
    job: JOB,
    instruction: '',
    fields: {},
    inputs: [],
    inputNames: [],
    attempts: [],
    result: { ...RESULT, ...size },
    measures: {
      version: 1,
      width: 1152,
      height: 896,
      mimeType: 'image/png',
      hash: null,
      filled: 1,
      entropy: 7,
      asked: { task: 'edit', ...asked },
      suspicions: [],
      ...more,
    },
  };
}
const texts = (of: JobDetail) => badgesOf(of).map(({ tone, text }) => `${tone}: ${text}`);

describe('asked against delivered', () => {
  it.each<[string, Partial<Asked>, string]>([
    ['nothing', {}, 'plain: 1152 × 896 PNG'],
    ['the very size', { imageSize: '1152x896' }, 'plain: 1152 × 896 PNG, as asked'],
    ['another size', { width: 1024, height: 858 }, 'warn: 1152 × 896 PNG, asked 1024 × 858'],
    ['the ratio', { aspectRatio: '9:7' }, 'plain: 1152 × 896 PNG, as asked'],
    ['another ratio', { aspectRatio: '16:9' }, 'warn: 1152 × 896 PNG, asked 16:9'],
    ['about as many pixels', { imageSize: '1K' }, 'plain: 1152 × 896 PNG, as asked'],
    ['more pixels', { imageSize: '2K' }, 'warn: 1152 × 896 PNG, asked 2K'],
    ['what the model likes', { imageSize: 'auto' }, 'plain: 1152 × 896 PNG'],
  ])('tells of %s', (_, asked, words) => {
    expect(texts(detail(asked))).toEqual([words]);
  });
});

it('what looks wrong comes first, with its sentence', () => {
  const suspicion = {
    kind: 'unchanged',
    weight: 0.9,
    figure: 0.001,
    bound: 0.01,
    sentence: '0.1% of the pixels differ.',
  } as const;
  expect(badgesOf(detail({}, { suspicions: [suspicion] }))[0]).toEqual({
    tone: 'warn',
    text: 'Unchanged',
    title: '0.1% of the pixels differ.',
  });
  // Until the figures are here, the kinds that the list knows.
  const { measures: _, ...unmeasured } = detail({});
  expect(texts({ ...unmeasured, job: { ...JOB, suspicions: ['blank'] } })[0]).toBe('warn: Blank');
});

it('tells how far the result strays from its source', () => {
  const source = {
    width: 1024,
    height: 858,
    hashDistance: 3,
    changedShare: 0.0412,
    peakChange: 0.2,
    structure: 0.9,
    placement: { scaleX: 1, scaleY: 1, shiftX: 3, shiftY: 4 },
  };
  expect(texts(detail({}, { source })).slice(1)).toEqual([
    'plain: 4.1% changed',
    'plain: source 1024 × 858',
    'plain: shifted 5.0 px',
  ]);
});

it.each([
  [{ degrees: 90, isMirrored: false }, 'turned by 90°'],
  [{ degrees: 270, isMirrored: false }, 'turned by 90° to the left'],
  [{ degrees: -12, isMirrored: false }, 'turned by 12° to the left'],
  [{ degrees: 180, isMirrored: false }, 'turned by 180°'],
  [{ degrees: 0, isMirrored: true }, 'mirrored'],
  [{ degrees: 180, isMirrored: true }, 'mirrored top to bottom'],
  [{ degrees: 90, isMirrored: true }, 'mirrored, turned by 90°'],
])('says of a picture %o that it is %s', (turned, words) => {
  const source = {
    width: 1152,
    height: 896,
    hashDistance: 30,
    changedShare: 0,
    peakChange: 0,
    structure: 0.9,
    placement: { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 },
    turned,
  };
  expect(texts(detail({}, { source })).slice(1)).toEqual([`plain: ${words}`]);
});

it('says nothing where there is no result', () => {
  const { result: _, ...rest } = detail({});
  expect(badgesOf(rest)).toEqual([]);
});
