import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHUNK_BYTES } from '../providers/base64-stream';
import { pngWith } from '../providers/testing/calls';
import { createDisk } from './disk';
import { ResultFile, type ResultTarget, writeResult } from './result-file';
import { storageFailure } from './storage-failure';
import { TemporaryFile } from './temporary-file';

const disk = createDisk();
const write = (bytes: Uint8Array, target: ResultTarget) => writeResult(bytes, target, disk);

let outputDir = '';
beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-result-'));
});
afterEach(() => vi.restoreAllMocks());
afterEach(() => rm(outputDir, { recursive: true, force: true }));

const picture = (format: 'png' | 'jpeg') =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: '#c2410c' } })
    .toFormat(format)
    .toBuffer();

describe('a result on its way to disk', () => {
  it('has its final name only after commit, and its bytes are the provider’s own', async () => {
    const bytes = await picture('jpeg');
    const written = await write(bytes, { outputDir, stem: 'a/000007', mark: 'own', attemptId: 3 });
    if (written.kind !== 'written') {
      throw new Error('expected a file');
    }
    expect(await readdir(join(outputDir, 'a'))).toEqual(['000007.own.3.part']);
    expect(written.result.file).toEqual({
      fileName: 'a/000007.jpg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      mimeType: 'image/jpeg',
      width: 30,
      height: 20,
      sizeBytes: bytes.length,
    });
    expect(await written.result.commit()).toBeNull();
    expect(await readdir(join(outputDir, 'a'))).toEqual(['000007.jpg']);
    expect(await readFile(join(outputDir, 'a', '000007.jpg'))).toEqual(bytes);
  });

  it('leaves an old file alone until its successor is whole', async () => {
    await writeFile(join(outputDir, '000000.png'), 'old');
    const written = await write(await picture('png'), {
      outputDir,
      stem: '000000',
      mark: 'own',
      attemptId: 1,
    });
    expect(await readFile(join(outputDir, '000000.png'), 'utf8')).toBe('old');
    if (written.kind !== 'written') {
      throw new Error('expected a file');
    }
    await written.result.setAside();
    expect((await readdir(outputDir)).toSorted()).toEqual(['000000.own.1.whole.part', '000000.png']);
  });

  it('takes its name from no picture that nobody knew of', async () => {
    const [mine, theirs] = [
      await picture('png'),
      await sharp(await picture('png'))
        .negate()
        .png()
        .toBuffer(),
    ];
    await writeFile(join(outputDir, '000000.png'), theirs);
    const written = await write(mine, { outputDir, stem: '000000', mark: 'own', attemptId: 1 });
    if (written.kind !== 'written') {
      throw new Error('expected a file');
    }
    expect(await written.result.commit()).toBe('000000.found.png');
    expect((await readdir(outputDir)).toSorted()).toEqual(['000000.found.png', '000000.png']);
    expect(await readFile(join(outputDir, '000000.png'))).toEqual(mine);
    expect(await readFile(join(outputDir, '000000.found.png'))).toEqual(theirs);
  });

  it('is written in one piece at its end; while it arrives, only where more is kept than should be', async () => {
    const bytes = pngWith(await picture('png'), Buffer.alloc(5 * CHUNK_BYTES, 7));
    for (const [stem, isEarly, heldBytes] of [
      ['early', true, 2 * CHUNK_BYTES],
      ['late', false, 6 * CHUNK_BYTES],
    ] as const) {
      let waiting = 0;
      const shared = createDisk({ heldBytes });
      const wait = shared.wait.bind(shared);
      shared.wait = (change) => {
        waiting += Math.max(0, change);
        wait(change);
      };
      const file = new ResultFile(shared, { outputDir, stem, mark: 'own', attemptId: 1 });
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const chunk = file.lend();
        file.take(chunk, bytes.copy(chunk, 0, at));
      }
      expect(waiting > 0).toBe(isEarly);
      const written = await file.save();
      expect(written).toMatchObject({ kind: 'written', result: { file: { sizeBytes: bytes.length } } });
      expect(await readFile(join(outputDir, `${stem}.own.1.part`))).toEqual(bytes);
      expect(waiting).toBe(bytes.length);
      expect(shared.isCrowded).toBe(false);
    }
  });

  it('that its folder took only the first part of is whole in memory, and lies there no more', async () => {
    const bytes = pngWith(await picture('png'), Buffer.alloc(9 * CHUNK_BYTES, 7));
    const shared = createDisk({ heldBytes: 2 * CHUNK_BYTES });
    const file = new ResultFile(shared, { outputDir, stem: 'part', mark: 'own', attemptId: 1 });
    const path = join(outputDir, 'part.own.1.part');
    const feed = (from: number, to: number): void => {
      for (let at = from; at < to; at += CHUNK_BYTES) {
        const chunk = file.lend();
        file.take(chunk, bytes.copy(chunk, 0, at, Math.min(to, at + CHUNK_BYTES)));
      }
    };
    feed(0, 3 * CHUNK_BYTES);
    await expect
      .poll(() =>
        stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      )
      .toBe(3 * CHUNK_BYTES);
    // What is written next is refused.
    vi.spyOn(TemporaryFile.prototype, 'write').mockRejectedValue(
      Object.assign(new Error('x'), { code: 'ENOSPC' }),
    );
    feed(3 * CHUNK_BYTES, bytes.length);
    const written = await file.save();
    expect(written).toMatchObject({ kind: 'refused', file: { sizeBytes: bytes.length } });
    expect(bytes.equals(written.kind === 'refused' ? written.bytes : new Uint8Array())).toBe(true);
    expect(await readdir(outputDir)).toEqual([]);
  });

  it('takes nothing that is no image', async () => {
    const written = await write(Buffer.from('<html>'), {
      outputDir,
      stem: '000000',
      mark: 'own',
      attemptId: 1,
    });
    expect(written).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
    expect(await readdir(outputDir)).toEqual([]);
  });

  it('says why it cannot save', async () => {
    await writeFile(join(outputDir, 'file'), '');
    const written = await write(await picture('png'), {
      outputDir: join(outputDir, 'file'),
      stem: '000000',
      mark: 'own',
      attemptId: 1,
    });
    expect(written).toMatchObject({ kind: 'refused' });
    expect(storageFailure(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/out').message).toBe(
      'Cannot save in /out: the disk is full; free some space, then resume the run.',
    );
  });
});
