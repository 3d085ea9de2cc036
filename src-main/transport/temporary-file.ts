/**
 * The file behind a result's temporary name. Where the system lets them, its bytes go around the page cache: a picture
 * is written once and seldom read soon, and through the cache it is first copied into fresh pages, which costs more
 * than all else that is done to it here (measured by bench:transport).
 */
import fs from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const ftruncate = promisify(fs.ftruncate);
const writeAll = promisify(fs.writev);

/** Of disks with large sectors; most are content with less. */
const BLOCK_BYTES = 4096;
/** Linux alone has it. */
const AROUND_CACHE: number | undefined = fs.constants.O_DIRECT;
const { O_CREAT, O_TRUNC, O_WRONLY } = fs.constants;
const NEW_FILE = O_WRONLY | O_CREAT | O_TRUNC;
const MODE = 0o644;

/** The first `length` bytes of `memory`, which has room for whole blocks. */
export interface Piece {
  readonly memory: Buffer;
  readonly length: number;
}

/** Folders whose file system writes through its cache only. */
export type CachedFolders = Set<string>;

export class TemporaryFile {
  readonly #outputDir: string;
  readonly #cachedFolders: CachedFolders;
  #descriptor: number | null = null;
  #isAroundCache = false;
  #sizeBytes = 0;

  constructor(outputDir: string, cachedFolders: CachedFolders) {
    this.#outputDir = outputDir;
    this.#cachedFolders = cachedFolders;
  }

  get isOpen(): boolean {
    return this.#descriptor !== null;
  }

  /** Behind what was written before; creates the file first. Rejects with what node:fs says. */
  async write(path: string, pieces: readonly Piece[]): Promise<void> {
    const descriptor = this.#descriptor ?? (await this.#create(path));
    if (this.#isAroundCache && this.#areBlocks(pieces)) {
      try {
        await putAt(descriptor, pieces.map(asBlocks), this.#sizeBytes);
        this.#sizeBytes += bytesOf(pieces);
        return;
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        this.#cachedFolders.add(this.#outputDir);
      }
    }
    const cached = await this.#throughCache(path, descriptor);
    await putAt(
      cached,
      pieces.map(({ memory, length }) => memory.subarray(0, length)),
      this.#sizeBytes,
    );
    this.#sizeBytes += bytesOf(pieces);
  }

  /** Closed, and on disk when it resolves; where it rejects it is open still. */
  async flush(): Promise<void> {
    const descriptor = this.#descriptor;
    if (descriptor !== null) {
      await this.#cutPadding(descriptor);
      await fsync(descriptor);
      this.#descriptor = null;
      // There is nothing left to write: it takes less than handing it to another thread.
      fs.closeSync(descriptor);
    }
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    if (descriptor !== null) {
      await close(descriptor);
    }
  }

  async #create(path: string): Promise<number> {
    try {
      this.#descriptor = await this.#openNew(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
      // A folder of the run that is gone is not made anew: the results in it would be taken for kept.
      await access(this.#outputDir);
      await mkdir(dirname(path), { recursive: true });
      this.#descriptor = await this.#openNew(path);
    }
    return this.#descriptor;
  }

  async #openNew(path: string): Promise<number> {
    if (AROUND_CACHE !== undefined && !this.#cachedFolders.has(this.#outputDir)) {
      try {
        const descriptor = await open(path, NEW_FILE | AROUND_CACHE, MODE);
        this.#isAroundCache = true;
        return descriptor;
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        this.#cachedFolders.add(this.#outputDir);
      }
    }
    return open(path, NEW_FILE, MODE);
  }

  /** The same file, from now on as any other is written. */
  async #throughCache(path: string, descriptor: number): Promise<number> {
    if (!this.#isAroundCache) {
      return descriptor;
    }
    await this.#cutPadding(descriptor);
    this.#isAroundCache = false;
    await this.close();
    this.#descriptor = await open(path, 'r+');
    return this.#descriptor;
  }

  /** Whole blocks were written: the last one may reach beyond the end. */
  async #cutPadding(descriptor: number): Promise<void> {
    if (this.#isAroundCache && this.#sizeBytes % BLOCK_BYTES !== 0) {
      await ftruncate(descriptor, this.#sizeBytes);
    }
  }

  /** Whether they lie on whole blocks; only the end of a file does not fill its last one. */
  #areBlocks(pieces: readonly Piece[]): boolean {
    const isWhole = (bytes: number): boolean => bytes % BLOCK_BYTES === 0;
    return isWhole(this.#sizeBytes) && pieces.slice(0, -1).every(({ length }) => isWhole(length));
  }
}

/** Behind the last byte zeros, and not what the memory held before. */
function asBlocks({ memory, length }: Piece): Buffer {
  const end = Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;
  memory.fill(0, length, end);
  return memory.subarray(0, end);
}

async function putAt(descriptor: number, buffers: readonly Buffer[], position: number): Promise<void> {
  let at = position;
  for (let left = buffers; left.length > 0; ) {
    const { bytesWritten } = await writeAll(descriptor, [...left], at);
    at += bytesWritten;
    left = behind(left, bytesWritten);
  }
}

/** What is left after the first `bytes`. */
function behind(buffers: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skipped = bytes;
  return buffers.flatMap((buffer) => {
    const rest = buffer.subarray(Math.min(skipped, buffer.byteLength));
    skipped -= buffer.byteLength - rest.byteLength;
    return rest.byteLength === 0 ? [] : [rest];
  });
}

export function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** How a file system says that it does not do this, or not with this memory (open(2), "O_DIRECT"). */
function isRefusal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EINVAL' || code === 'EOPNOTSUPP' || code === 'ENOTSUP';
}
