/**
 * A result on its way to disk, written while it arrives: whole and fsynced under a temporary name, then renamed, then
 * the folder fsynced. A partial file never carries a final name.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Failure } from '@shared/model/failure';
import type { ReceivedFile } from '../engine/ports';
import { type ImageSize, measureImage } from '../images/measure';
import { PictureEnd } from '../images/picture-end';
import { type ImageType, sniffImage } from '../images/sniff';
import type { SpooledPicture } from '../providers/adapter';
import type { SpoolEntry } from '../providers/answer-scan';
import { CHUNK_BYTES } from '../providers/base64-stream';
import { MAX_IMAGE_BYTES } from '../providers/image-data';
import { whileBusy } from './busy-file';
import type { Disk } from './disk';
import { storageFailure } from './storage-failure';

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const writeAt = promisify(fs.write);

export interface TemporaryResult {
  readonly file: ReceivedFile;
  /** Gives the file its final name. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export type Written =
  | { readonly kind: 'written'; readonly result: TemporaryResult }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface ResultTarget {
  readonly outputDir: string;
  readonly stem: string;
  readonly attemptId: number;
}

/** One picture of one attempt. Chunks are written in the order they come; what goes wrong shows in `save`. */
export class ResultFile implements SpoolEntry<SpooledPicture>, SpooledPicture {
  readonly #disk: Disk;
  readonly #target: ResultTarget;
  #temporary: string;
  readonly #hash = createHash('sha256');
  readonly #end = new PictureEnd();
  #type: ImageType | null = null;
  #size: ImageSize | null = null;
  #sizeBytes = 0;
  #isRefused = false;
  #descriptor: number | null = null;
  /** The first failure; nothing is written after it. */
  #error: unknown = null;
  #work: Promise<void> = Promise.resolve();
  /** Complete, but not yet durable. */
  #savingBytes = 0;

  constructor(disk: Disk, target: ResultTarget, temporary = temporaryPath(target)) {
    this.#disk = disk;
    this.#target = target;
    this.#temporary = temporary;
  }

  /** By its first bytes, and no larger than a picture may be. */
  get isImage(): boolean {
    return this.#type !== null && !this.#isRefused;
  }

  lend(): Buffer {
    return this.#disk.lend();
  }

  take(chunk: Buffer, length: number): void {
    const bytes = chunk.subarray(0, length);
    this.#look(bytes);
    if (this.#isRefused || length === 0) {
      this.#disk.giveBack(chunk);
      return;
    }
    const position = this.#sizeBytes;
    this.#sizeBytes += length;
    this.#hash.update(bytes);
    this.#end.take(bytes);
    this.#disk.wait(length);
    this.#then(async () => {
      try {
        await this.#write(bytes, position);
      } finally {
        // What is written of an answer that is still arriving waits for nobody: it must not keep others waiting.
        this.#disk.wait(-length);
        this.#disk.giveBack(chunk);
      }
    });
  }

  end(): SpooledPicture {
    return this;
  }

  /** Waits for what is being written, then removes it. Never rejects. */
  discard(): Promise<void> {
    this.#isRefused = true;
    return this.#abandon();
  }

  /** Under the name by which it is looked for after a crash. */
  takeName(temporary: string): void {
    if (temporary === this.#temporary) {
      return;
    }
    this.#then(async () => {
      await rename(this.#temporary, temporary);
      this.#temporary = temporary;
    });
  }

  /** Whole and durable under its temporary name. */
  async save(): Promise<Written> {
    if (this.#type === null || this.#isRefused) {
      await this.#abandon();
      return {
        kind: 'failed',
        failure: { kind: 'malformed', message: 'The answer holds bytes that are no image.' },
      };
    }
    const type = this.#type;
    if (!this.#end.isWhole(type)) {
      await this.#abandon();
      return {
        kind: 'failed',
        failure: { kind: 'malformed', message: 'The picture of the answer is cut off.' },
      };
    }
    this.#then(() => this.#flush());
    await this.#work;
    if (this.#error !== null) {
      const failure = storageFailure(this.#error, this.#target.outputDir);
      await this.#abandon();
      return { kind: 'failed', failure };
    }
    const size = this.#size ?? measureImage(await this.#read());
    const file: ReceivedFile = {
      fileName: `${this.#target.stem}.${type.extension}`,
      sha256: this.#hash.digest('hex'),
      mimeType: type.mimeType,
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      sizeBytes: this.#sizeBytes,
    };
    return { kind: 'written', result: this.#temporaryResult(file) };
  }

  #temporaryResult(file: ReceivedFile): TemporaryResult {
    const path = join(this.#target.outputDir, file.fileName);
    return {
      file,
      commit: async () => {
        await whileBusy(() => rename(this.#temporary, path));
        await this.#disk.syncFolder(dirname(path));
      },
      discard: () => rm(this.#temporary, { force: true }),
    };
  }

  /** The header stands in the first chunk, but for files with much before it. */
  #look(bytes: Uint8Array): void {
    if (this.#sizeBytes === 0) {
      this.#type = sniffImage(bytes);
      this.#size = measureImage(bytes);
    }
    if (this.#type === null || this.#sizeBytes + bytes.byteLength > MAX_IMAGE_BYTES) {
      this.#isRefused = true;
    }
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#error ??= error;
    });
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#error !== null || this.#isRefused) {
      return;
    }
    this.#descriptor ??= await this.#open();
    for (let at = 0; at < bytes.byteLength; ) {
      const { bytesWritten } = await writeAt(
        this.#descriptor,
        bytes,
        at,
        bytes.byteLength - at,
        position + at,
      );
      at += bytesWritten;
    }
  }

  async #open(): Promise<number> {
    try {
      return await open(this.#temporary, 'w', 0o644);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
      // A folder of the run that is gone is not made anew: the results in it would be taken for kept.
      await access(this.#target.outputDir);
      await mkdir(dirname(this.#temporary), { recursive: true });
      return open(this.#temporary, 'w', 0o644);
    }
  }

  async #flush(): Promise<void> {
    try {
      if (this.#descriptor !== null && this.#error === null) {
        await fsync(this.#descriptor);
      }
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    this.#disk.wait(-this.#savingBytes);
    this.#savingBytes = 0;
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    if (descriptor !== null) {
      await close(descriptor);
    }
  }

  async #abandon(): Promise<void> {
    this.#then(() => this.#close());
    await this.#work;
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  async #read(): Promise<Uint8Array> {
    return readFile(this.#temporary).catch(() => new Uint8Array());
  }
}

/** Writes bytes that are in memory as they came; the extension is that of their real format. */
export function writeResult(bytes: Uint8Array, target: ResultTarget, disk: Disk): Promise<Written> {
  const file = new ResultFile(disk, target);
  for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
    const chunk = file.lend();
    const part = bytes.subarray(at, at + CHUNK_BYTES);
    chunk.set(part);
    file.take(chunk, part.byteLength);
  }
  return file.save();
}

/** Where an attempt's bytes wait for their final name. */
export function temporaryPath(target: ResultTarget): string {
  return join(target.outputDir, `${target.stem}.${target.attemptId}.part`);
}
