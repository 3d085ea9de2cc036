import { describe, expect, it } from 'vitest';
import type { JobTile } from '@shared/model/run';
import { rowWords } from './row-words';

const job: JobTile = {
  id: 1,
  runId: 1,
  position: 47,
  row: 47,
  index: 48,
  variant: 0,
  model: 'demo-image',
  state: 'done',
};

describe('the words of a row', () => {
  it('name it, and its first short cells that the instruction does not say', () => {
    const fields = {
      index: '48',
      id: ' K-1048 ',
      motif: 'snow leopard',
      picture: 'shots/2024/IMG_0048.jpg',
      mood: 'calm',
    };
    const instruction = 'Draw a snow leopard';
    expect(rowWords({ job, fields, instruction })).toBe('Row 48 · K-1048 · IMG_0048.jpg');
    expect(rowWords({ job: { ...job, variant: 1 }, fields: {}, instruction })).toBe('Row 48, picture 2');
  });

  it('pass over long cells, those of many lines, pictures in letters and what was said already', () => {
    const fields = {
      text: 'a'.repeat(41),
      lines: 'one\ntwo',
      data: 'data:image/png;base64,a/b.png',
      file: String.raw`C:\pictures\a.png`,
      again: 'https://example.org/x/a.png',
      shape: '16/9',
    };
    expect(rowWords({ job, fields, instruction: '' })).toBe('Row 48 · a.png · 16/9');
  });
});
