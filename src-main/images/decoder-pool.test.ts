import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import { threadHost } from './worker-host';
import { createDecoderPool } from './decoder-pool';

const newFolder = temporaryFolders();

/** Answers each order at once. */
const STUB = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ id }) => parentPort.postMessage({ id, kind: 'ok' }));`;

async function poolOf(threads: number) {
  const workerFile = join(await newFolder(), 'stub.mjs');
  await writeFile(workerFile, STUB);
  return createDecoderPool({ threads, timeoutMs: 20_000, start: threadHost(workerFile) });
}

describe('a decoder pool', () => {
  it('serves the newest order first', async () => {
    const pool = await poolOf(1);
    const served: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map(async (size) => {
        await pool.decode({ source: '', target: '', size, limitPixels: 1, isLossless: false });
        served.push(size);
      }),
    );
    expect(served).toEqual([1, 4, 3, 2]);
    await pool.close();
  });

  it('drops the oldest order when more wait than anybody looks at', async () => {
    const pool = await poolOf(2);
    const outcomes = Promise.all(
      Array.from({ length: 1010 }, (_, size) =>
        pool.decode({ source: '', target: '', size, limitPixels: 1, isLossless: false }),
      ),
    );
    const dropped = (await outcomes).flatMap((outcome, order) => (outcome === 'dropped' ? [order] : []));
    expect(dropped).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    await pool.close();
    expect(await pool.decode({ source: '', target: '', size: 1, limitPixels: 1, isLossless: false })).toBe(
      'closed',
    );
  });
});
