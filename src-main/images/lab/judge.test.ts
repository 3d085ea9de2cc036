import { suspicionOf } from '@shared/model/measures';
import { describe, expect, it } from 'vitest';
import { judged } from './judge';
import type { Measured } from './lab-orders';

const PLACE = { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 };
const FINE: Measured = {
  width: 1024,
  height: 1024,
  mimeType: 'image/png',
  hash: '0123456789abcdef',
  filled: 0.8,
  entropy: 7,
  source: {
    width: 1024,
    height: 1024,
    hashDistance: 4,
    changedShare: 0.2,
    peakChange: 0.4,
    structure: 0.9,
    placement: PLACE,
  },
};
const kindsOf = (measured: Measured, asked: Parameters<typeof judged>[1], inputs = 1): readonly string[] =>
  judged(measured, asked, inputs).suspicions.map(({ kind }) => kind);

describe('what was asked against what was delivered', () => {
  it.each([
    [{ imageSize: '1024x1024' }, { width: 1024, height: 1024 }, []],
    [{ imageSize: '2048x2048' }, { width: 1024, height: 1024 }, ['smaller']],
    [{ imageSize: '1536x1024' }, { width: 1024, height: 1536 }, ['wrong_shape']],
    [{ imageSize: '1536x1024' }, { width: 1024, height: 1024 }, ['wrong_shape', 'smaller']],
    [{ imageSize: '1024x1024' }, { width: 2048, height: 2048 }, ['wrong_shape']],
    [{ imageSize: 'auto' }, { width: 300, height: 200 }, []],
    [{ aspectRatio: '16:9' }, { width: 1344, height: 768 }, []],
    [{ aspectRatio: '16:9', imageSize: '2K' }, { width: 2752, height: 1536 }, []],
    [{ aspectRatio: '16:9', imageSize: '4K' }, { width: 1344, height: 768 }, ['smaller']],
    [{ aspectRatio: '16:9' }, { width: 1024, height: 1024 }, ['wrong_shape']],
    [{}, { width: 3, height: 900 }, []],
  ])('%o, %o', (asked, size, kinds) => {
    expect(kindsOf({ ...FINE, ...size }, { task: 'edit', ...asked })).toEqual(kinds);
  });

  it('says both figures', () => {
    const { suspicions } = judged(FINE, { task: 't2i', imageSize: '2048x2048' }, 0);
    expect(suspicions[0]?.sentence).toBe('2048 × 2048 was asked for, 1024 × 1024 was delivered.');
  });
});

describe('a result against its source', () => {
  const lost = { ...FINE, source: { ...FINE.source!, structure: 0.1, changedShare: 0.9 } };

  it('is rewritten when hardly any line is left, of a single input', () => {
    expect(kindsOf(lost, { task: 'edit' })).toEqual(['rewritten']);
    expect(kindsOf(lost, { task: 'edit' }, 2)).toEqual([]);
  });

  it('is blank rather than rewritten', () => {
    expect(kindsOf({ ...lost, filled: 0, entropy: 0.5 }, { task: 'edit' })).toEqual(['blank']);
  });

  it('is unchanged only when hash and pixels both say so', () => {
    const same = { hashDistance: 2, changedShare: 0.0005, peakChange: 0.03 };
    expect(kindsOf({ ...FINE, source: { ...FINE.source!, ...same } }, { task: 'edit' })).toEqual([
      'unchanged',
    ]);
    expect(
      kindsOf({ ...FINE, source: { ...FINE.source!, ...same, peakChange: 0.2 } }, { task: 'edit' }),
    ).toEqual([]);
    expect(
      kindsOf({ ...FINE, source: { ...FINE.source!, ...same, hashDistance: 30 } }, { task: 'edit' }),
    ).toEqual([]);
  });
});

describe('suspicion', () => {
  it('grows with each reason and stays below 1', () => {
    expect(suspicionOf([])).toBe(0);
    expect(suspicionOf([{ weight: 0.5 }, { weight: 0.5 }])).toBe(0.75);
  });
});
