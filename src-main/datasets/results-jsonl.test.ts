import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResultRow } from './result-columns';
import { openResultsJsonl } from './results-jsonl';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();

const finished = (prompt: string): ResultRow => ({
  row: { fields: { prompt } },
  job: {
    state: 'done',
    failure: null,
    result: { fileName: '000000.png', width: 1, height: 1 },
    model: 'm',
    endpointName: 'e',
    attempts: 1,
    seconds: 1,
    costUsd: null,
  },
});
const promptsIn = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { prompt: unknown }).prompt);

describe('results.jsonl', () => {
  it('grows by whole lines and goes on where it was', async () => {
    const path = join(await newFolder(), 'results.jsonl');
    const first = await openResultsJsonl(path, ['prompt']);
    await Promise.all([first.append([finished('a'), finished('b\nc')]), first.append([finished('ü')])]);
    expect(promptsIn(await readFile(path, 'utf8'))).toEqual(['a', 'b\nc', 'ü']);
    await first.close();
    const second = await openResultsJsonl(path, ['prompt']);
    expect(second.droppedBytes).toBe(0);
    await second.append([finished('d')]);
    await second.close();
    expect(promptsIn(await readFile(path, 'utf8'))).toEqual(['a', 'b\nc', 'ü', 'd']);
  });

  it.each([
    ['half a line', '{"prompt":"a"}\n{"prompt":"torn', ['a', 'next']],
    ['a long half', `{"prompt":"a"}\n${'x'.repeat(200_000)}`, ['a', 'next']],
    ['zeros a crash left', `{"prompt":"a"}\n${'\0'.repeat(100)}`, ['a', 'next']],
    ['nothing whole', '{"prompt', ['next']],
  ])('drops %s at its end and says so', async (_, content, expected) => {
    const path = join(await newFolder(), 'results.jsonl');
    await writeFile(path, content);
    const file = await openResultsJsonl(path, ['prompt']);
    expect(file.droppedBytes).toBe(content.length - (content.lastIndexOf('\n') + 1));
    await file.append([finished('next')]);
    await file.close();
    expect(promptsIn(await readFile(path, 'utf8'))).toEqual(expected);
  });
});
