import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDisk } from './disk';
import { type ResultTarget, writeResult } from './result-file';
import { storageFailure } from './storage-failure';

const disk = createDisk();
const write = (bytes: Uint8Array, target: ResultTarget) => writeResult(bytes, target, disk);

let outputDir = '';
beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-result-'));
});
afterEach(() => rm(outputDir, { recursive: true, force: true }));

const picture = (format: 'png' | 'jpeg') =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: '#c2410c' } })
    .toFormat(format)
    .toBuffer();

describe('a result on its way to disk', () => {
  it('has its final name only after commit, and its bytes are the provider’s own', async () => {
    const bytes = await picture('jpeg');
    const written = await write(bytes, { outputDir, stem: 'a/000007', attemptId: 3 });
    if (written.kind !== 'written') {
      throw new Error('expected a file');
    }
    expect(await readdir(join(outputDir, 'a'))).toEqual(['000007.3.part']);
    expect(written.result.file).toEqual({
      fileName: 'a/000007.jpg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      mimeType: 'image/jpeg',
      width: 30,
      height: 20,
      sizeBytes: bytes.length,
    });
    await written.result.commit();
    expect(await readdir(join(outputDir, 'a'))).toEqual(['000007.jpg']);
    expect(await readFile(join(outputDir, 'a', '000007.jpg'))).toEqual(bytes);
  });

  it('leaves an old file alone until its successor is whole', async () => {
    await writeFile(join(outputDir, '000000.png'), 'old');
    const written = await write(await picture('png'), { outputDir, stem: '000000', attemptId: 1 });
    expect(await readFile(join(outputDir, '000000.png'), 'utf8')).toBe('old');
    if (written.kind === 'written') {
      await written.result.discard();
    }
    expect(await readdir(outputDir)).toEqual(['000000.png']);
  });

  it('takes nothing that is no image', async () => {
    const written = await write(Buffer.from('<html>'), { outputDir, stem: '000000', attemptId: 1 });
    expect(written).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
    expect(await readdir(outputDir)).toEqual([]);
  });

  it('says why it cannot save', async () => {
    await writeFile(join(outputDir, 'file'), '');
    const written = await write(await picture('png'), {
      outputDir: join(outputDir, 'file'),
      stem: '000000',
      attemptId: 1,
    });
    expect(written).toMatchObject({ kind: 'failed', failure: { kind: 'storage' } });
    expect(storageFailure(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/out').message).toBe(
      'Cannot save in /out: the disk is full; free some space, then continue the run.',
    );
  });
});
