import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkInput, type InputQuestion } from './check-input';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function ask(name: string, content: string | null, more: Partial<InputQuestion> = {}) {
  const path = join(root, name);
  if (content !== null) {
    writeFileSync(path, content);
  }
  return checkInput({ path, task: 'edit', instruction: '{{instruction}}', ...more });
}

describe('checkInput', () => {
  it('accepts what can be run', async () => {
    expect(await ask('a.csv', 'image_url,instruction\na.png,red\n')).toEqual({ kind: 'ok', format: 'csv' });
    expect(await ask('p.txt', 'a cat\n', { task: 't2i', instruction: '{{prompt}}' })).toEqual({
      kind: 'ok',
      format: 'txt',
    });
    expect(
      await ask('p.jsonl', '{"index":4}\n{"prompt":"a"}\n', { task: 't2i', instruction: '{{prompt}}' }),
    ).toEqual({
      kind: 'ok',
      format: 'jsonl',
    });
  });

  it.each<[string, string | null, Partial<InputQuestion>, RegExp]>([
    ['missing.csv', null, {}, /"missing\.csv"/],
    ['empty.csv', '', {}, /"empty\.csv" is empty/],
    ['header.csv', 'image_url,instruction\n', {}, /"header\.csv" is empty/],
    ['data.doc', 'x', {}, /"data\.doc" has no format that can be read/],
    [
      'data.csv',
      'image_url,how\na.png,red\n',
      {},
      /^"data\.csv" has no column "instruction"; it has image_url, how\. Name the column of instructions with --instruction_key\.$/,
    ],
    [
      'data.csv',
      'image_url,how\na.png,red\n',
      { task: 't2i', instruction: '{{prompt}}' },
      /no column "prompt".*column of prompts/,
    ],
    [
      'data.csv',
      'picture,instruction\na.png,red\n',
      {},
      /no column of images, such as image_url.*it has picture, instruction\.$/,
    ],
    [
      'data.csv',
      'image,instruction\na.png,red\n',
      { outputNameColumn: 'name' },
      /no column "name".*--output_name_column\.$/,
    ],
    ['data.csv', 'image\na.png\n', { instruction: 'make it {{colour}}' }, /no column "colour"/],
  ])('%s: one sentence', async (name, content, more, sentence) => {
    expect(await ask(name, content, more)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
    });
  });

  it('asks for an instruction when the input is a folder of images', async () => {
    mkdirSync(join(root, 'pictures'));
    writeFileSync(join(root, 'pictures', 'a.png'), Buffer.from('89504e470d0a1a0a', 'hex'));
    expect(await ask('pictures', null)).toEqual({
      kind: 'refused',
      sentence:
        '"pictures" is a folder of images and holds no instructions: give one for all of them with --prompt.',
    });
    expect(await ask('pictures', null, { instruction: 'make it grey' })).toEqual({
      kind: 'ok',
      format: 'folder',
    });
  });
});
