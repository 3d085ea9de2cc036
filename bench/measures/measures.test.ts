/** A fixed part of the labelled set, so that a change that blinds a measure is seen before the whole set is run. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figuresOf, quantile } from './figures';
import { judgeCases, judgeDuplicates, judgeSizes, registrationErrors } from './judge-cases';
import { type Sample, standardised } from './labelled-set';

const WANTED = new Set([
  'stretched and moved',
  'grey as JPEG with noise',
  'another picture',
  'small spot recoloured',
  'mirror it',
  'background replaced',
  'large object added',
  'turned by 90',
  'turned by 270, as models answer',
  'mirrored, turned by 0, as models answer',
  'turned by -7',
]);

async function samples(...names: readonly string[]): Promise<readonly Sample[]> {
  return Promise.all(
    names.map(async (name) =>
      standardised({ name, bytes: await readFile(join('resources', 'sample', 'images', name)) }),
    ),
  );
}

describe('the measures', () => {
  it('find what is there in a part of the labelled set, and nothing else', async () => {
    const { verdicts } = await judgeCases(await samples('balloons.jpg', 'owl.png'), (name) =>
      WANTED.has(name),
    );
    expect(verdicts).toHaveLength(2 * WANTED.size);
    expect(figuresOf(verdicts).flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  it('tell duplicates from look-alikes, and sizes that were asked for from others', async () => {
    const chosen = await samples('pears.jpg', 'chess.jpg');
    const verdicts = [...(await judgeDuplicates(chosen)), ...(await judgeSizes(chosen.slice(0, 1)))];
    expect(figuresOf(verdicts).flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  it('lay answers on their sources to half a pixel', async () => {
    const errors = await registrationErrors(await samples('owl.png'));
    expect(quantile(errors, 1)).toBeLessThan(0.5);
  });
});

describe('figures', () => {
  it('count what was missed and what was false', () => {
    const [figures] = figuresOf([
      { name: 'a', expected: ['blank'], found: ['blank'] },
      { name: 'b', expected: ['blank'], found: [] },
      { name: 'c', expected: [], found: ['blank'] },
    ]);
    expect(figures).toEqual({
      kind: 'blank',
      cases: 2,
      precision: 0.5,
      recall: 0.5,
      wrong: ['missed: b', 'false: c'],
    });
  });
});
