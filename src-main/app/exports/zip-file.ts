/**
 * A ZIP written in one go to an open file (PKWARE APPNOTE 6.3.10): bytes that are compressed already are stored, text is
 * deflated, and what needs it is ZIP64. Of what was written only the directory is kept in memory, some hundred bytes an
 * entry, and no entry needs a data descriptor, which not every reader understands.
 */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

const STORED = 0;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;
/** Versions of the format needed to extract: deflate, and ZIP64. */
const VERSION = 20;
const VERSION_ZIP64 = 45;
const LOCAL_BYTES = 30;
const ALL_32 = 0xffff_ffff;
const ALL_16 = 0xffff;

export interface ZipFile {
  /** As it is. `name` with forward slashes. */
  store(name: string, bytes: Buffer): Promise<void>;
  /** A file's content, deflated. */
  deflate(name: string, path: string): Promise<void>;
  /** Writes the directory; nothing may follow. */
  end(): Promise<void>;
}

/** `handle` at its beginning; `now`: the time its entries bear. */
export function zipFile(handle: FileHandle, now = new Date()): ZipFile {
  const directory: Buffer[] = [];
  let offset = 0;

  async function put(bytes: Buffer): Promise<void> {
    await writeAll(handle, bytes, offset);
    offset += bytes.length;
  }

  return {
    async store(name, bytes) {
      const entry = {
        name,
        method: STORED,
        crc: crc32(bytes),
        size: bytes.length,
        packed: bytes.length,
        now,
      };
      directory.push(centralHeader(entry, offset));
      const head = localHeader(entry);
      if (bytes.length < SMALL_BYTES) {
        await put(Buffer.concat([head, bytes]));
      } else {
        await put(head);
        await put(bytes);
      }
    },
    async deflate(name, path) {
      const start = offset;
      const facts = { crc: 0, size: 0, packed: 0 };
      offset += LOCAL_BYTES + Buffer.byteLength(name);
      const source = createReadStream(path);
      const packer = createDeflateRaw();
      source.on('error', (error) => packer.destroy(error));
      source.on('data', (chunk: string | Buffer) => {
        facts.crc = crc32(chunk, facts.crc);
        facts.size += chunk.length;
      });
      for await (const chunk of source.pipe(packer) as AsyncIterable<Buffer>) {
        await put(chunk);
        facts.packed += chunk.length;
      }
      if (facts.size >= ALL_32 || facts.packed >= ALL_32) {
        throw Object.assign(new Error(`${name} is 4 GB or more`), { code: 'EFBIG' });
      }
      const entry = { name, method: DEFLATED, ...facts, now };
      directory.push(centralHeader(entry, start));
      // What it says was known only behind its content.
      await writeAll(handle, localHeader(entry), start);
    },
    async end() {
      const start = offset;
      for (let from = 0; from < directory.length; from += PAGE) {
        await put(Buffer.concat(directory.slice(from, from + PAGE)));
      }
      await put(endOfDirectory({ entries: directory.length, size: offset - start, start }));
    },
  };
}

/** So little is sooner copied than written on its own. */
const SMALL_BYTES = 64 * 1024;
/** Records of the directory written at once. */
const PAGE = 1000;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Bytes, below 4 GB. */
  readonly size: number;
  readonly packed: number;
  readonly now: Date;
}

function localHeader({ name, method, crc, size, packed, now }: Entry): Buffer {
  const encoded = Buffer.from(name, 'utf8');
  const head = Buffer.alloc(LOCAL_BYTES);
  head.writeUInt32LE(0x0403_4b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(UTF8_NAMES, 6);
  head.writeUInt16LE(method, 8);
  head.writeUInt32LE(dosTime(now), 10);
  head.writeUInt32LE(crc, 14);
  head.writeUInt32LE(packed, 18);
  head.writeUInt32LE(size, 22);
  head.writeUInt16LE(encoded.length, 26);
  return Buffer.concat([head, encoded]);
}

function centralHeader({ name, method, crc, size, packed, now }: Entry, offset: number): Buffer {
  const encoded = Buffer.from(name, 'utf8');
  const isFar = offset >= ALL_32;
  const extra = Buffer.alloc(isFar ? 12 : 0);
  if (isFar) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(offset), 4);
  }
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x0201_4b50, 0);
  head.writeUInt16LE(isFar ? VERSION_ZIP64 : VERSION, 4);
  head.writeUInt16LE(isFar ? VERSION_ZIP64 : VERSION, 6);
  head.writeUInt16LE(UTF8_NAMES, 8);
  head.writeUInt16LE(method, 10);
  head.writeUInt32LE(dosTime(now), 12);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(packed, 20);
  head.writeUInt32LE(size, 24);
  head.writeUInt16LE(encoded.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(isFar ? ALL_32 : offset, 42);
  return Buffer.concat([head, encoded, extra]);
}

interface Directory {
  readonly entries: number;
  /** Bytes. */
  readonly size: number;
  readonly start: number;
}

/** More entries or bytes than the old record can tell stand in a ZIP64 record before it. */
export function endOfDirectory({ entries, size, start }: Directory): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(Math.min(entries, ALL_16), 8);
  end.writeUInt16LE(Math.min(entries, ALL_16), 10);
  end.writeUInt32LE(Math.min(size, ALL_32), 12);
  end.writeUInt32LE(Math.min(start, ALL_32), 16);
  if (entries < ALL_16 && size < ALL_32 && start < ALL_32) {
    return end;
  }
  const large = Buffer.alloc(56);
  large.writeUInt32LE(0x0606_4b50, 0);
  large.writeBigUInt64LE(44n, 4);
  large.writeUInt16LE(VERSION_ZIP64, 12);
  large.writeUInt16LE(VERSION_ZIP64, 14);
  large.writeBigUInt64LE(BigInt(entries), 24);
  large.writeBigUInt64LE(BigInt(entries), 32);
  large.writeBigUInt64LE(BigInt(size), 40);
  large.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x0706_4b50, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([large, locator, end]);
}

/** Time in the lower half, in steps of two seconds, and date in the upper, from 1980 to 2107. */
function dosTime(now: Date): number {
  const year = Math.min(2107, Math.max(1980, now.getFullYear())) - 1980;
  const date = year * 512 + (now.getMonth() + 1) * 32 + now.getDate();
  const time = now.getHours() * 2048 + now.getMinutes() * 32 + Math.floor(now.getSeconds() / 2);
  return date * 65_536 + time;
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
