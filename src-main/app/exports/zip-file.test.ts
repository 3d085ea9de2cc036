/** ZIPs as a reader of others sees them. */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { endOfDirectory, type ZipFile, zipFile } from './zip-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-zip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(fill: (zip: ZipFile) => Promise<void>): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const read = await opened(fill);
  for await (const entry of read.eachEntry()) {
    expect(entry.getLastModDate()).toEqual(new Date(2026, 10, 21, 14, 50, 30));
    const chunks: Buffer[] = [];
    for await (const chunk of await read.openReadStreamPromise(entry)) {
      chunks.push(chunk as Buffer);
    }
    entries.set(entry.fileName, Buffer.concat(chunks));
  }
  return entries;
}

async function opened(fill: (zip: ZipFile) => Promise<void>): Promise<yauzl.ZipFile> {
  const path = join(folder, 'a.zip');
  const handle = await open(path, 'w');
  try {
    const zip = zipFile(handle, new Date(2026, 10, 21, 14, 50, 30));
    await fill(zip);
    await zip.end();
  } finally {
    await handle.close();
  }
  return yauzl.openPromise(path);
}

describe('a ZIP', () => {
  it('gives back what was stored and what was deflated, under any name', async () => {
    const text = Buffer.from('a line\n'.repeat(50_000));
    await writeFile(join(folder, 'text'), text);
    const picture = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 31) % 256));
    const entries = await written(async (zip) => {
      await zip.store('train/edited/背景 "x".png', picture);
      await zip.deflate('train/metadata.jsonl', join(folder, 'text'));
      await zip.store('empty.png', Buffer.alloc(0));
    });
    expect([...entries]).toEqual([
      ['train/edited/背景 "x".png', picture],
      ['train/metadata.jsonl', text],
      ['empty.png', Buffer.alloc(0)],
    ]);
  });

  it('may be empty', async () => {
    expect((await written(async () => undefined)).size).toBe(0);
  });

  it('is a ZIP64 when it has more entries than the old record can tell', async () => {
    const read = await opened(async (zip) => {
      for (let at = 0; at < 65_600; at += 1) {
        await zip.store(`${at}`, Buffer.alloc(0));
      }
    });
    const names = new Set<string>();
    for await (const { fileName } of read.eachEntry()) {
      names.add(fileName);
    }
    expect(names.size).toBe(65_600);
  });

  it('says so too when it is larger than four gigabytes', () => {
    const small = endOfDirectory({ entries: 1, size: 50, start: 100 });
    expect(small).toHaveLength(22);
    const large = endOfDirectory({ entries: 1, size: 50, start: 2 ** 33 });
    expect(large.readBigUInt64LE(48)).toBe(2n ** 33n);
    expect(large.readBigUInt64LE(56 + 8)).toBe(2n ** 33n + 50n);
    expect(large.readUInt32LE(56 + 20 + 16)).toBe(0xffff_ffff);
  });
});
