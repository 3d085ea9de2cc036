import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { judged } from './judge';
import { measureResult } from './measure-result';
import { drawn } from './testing/drawn';

const SIZE = { width: 384, height: 256 };
const asked = { task: 'edit' } as const;

async function measuredAs(turn: (picture: Sharp) => Sharp, sources = 1) {
  const source = await drawn(SIZE);
  const result = await turn(sharp(source)).jpeg({ quality: 85 }).toBuffer();
  const other = await drawn({ ...SIZE, seed: 9 });
  const measured = await measureResult({ result, sources: [source, other].slice(0, sources), asked }, 1e8);
  return { measured, kinds: judged(measured, asked, sources).suspicions.map(({ kind }) => kind) };
}

describe('a result that is its source', () => {
  it.each<[string, (picture: Sharp) => Sharp, { degrees: number; isMirrored: boolean }]>([
    ['turned to the right', (picture) => picture.rotate(90), { degrees: 90, isMirrored: false }],
    ['turned to the left', (picture) => picture.rotate(270), { degrees: 270, isMirrored: false }],
    ['upside down', (picture) => picture.rotate(180), { degrees: 180, isMirrored: false }],
    ['mirrored', (picture) => picture.flop(), { degrees: 0, isMirrored: true }],
    ['mirrored top to bottom', (picture) => picture.flip(), { degrees: 180, isMirrored: true }],
  ])('%s is told so, and its figures are of the two laid on each other', async (_, turn, turned) => {
    const { measured, kinds } = await measuredAs(turn);
    expect(measured.source).toMatchObject({ ...SIZE, turned });
    expect(measured.source?.changedShare).toBeLessThan(0.01);
    expect(measured.source?.structure).toBeGreaterThan(0.9);
    // Neither drawn anew nor left as it was.
    expect(kinds).toEqual([]);
  });

  it('as it was is not turned, nor is another picture', async () => {
    expect(
      (await measuredAs((picture) => picture.modulate({ brightness: 1.2 }))).measured.source?.turned,
    ).toBe(undefined);
    const result = await drawn({ ...SIZE, seed: 5 });
    const measured = await measureResult({ result, sources: [await drawn(SIZE)], asked }, 1e8);
    expect(measured.source?.turned).toBeUndefined();
    expect(judged(measured, asked, 1).suspicions.map(({ kind }) => kind)).toEqual(['rewritten']);
  });

  it('is not looked for among several, of which it need not resemble any', async () => {
    const { measured, kinds } = await measuredAs((picture) => picture.rotate(90), 2);
    expect(measured.source?.turned).toBeUndefined();
    expect(kinds).toEqual([]);
  });
});
