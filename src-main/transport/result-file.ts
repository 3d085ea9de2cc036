/**
 * A result on its way to disk: whole and fsynced under a temporary name, then renamed, then the folder fsynced. A
 * partial file never carries a final name. It is written in one piece at its end, or while it arrives where many
 * arrive together: each call to the system costs two changes of thread.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '@shared/model/failure';
import type { ReceivedFile } from '../engine/ports';
import { type ImageSize, measureImage } from '../images/measure';
import { ArrivingPicture } from '../images/arriving-picture';
import { type ImageType, sniffImage } from '../images/sniff';
import type { SpooledPicture } from '../providers/adapter';
import type { SpoolEntry } from '../providers/answer-scan';
import { CHUNK_BYTES } from '../providers/base64-stream';
import { MAX_ANSWER_IMAGE_BYTES } from '../providers/image-data';
import { whileBusy } from './busy-file';
import type { Disk } from './disk';
import { type OnItsWay, resultName, wholeName } from '../temporary-name';
import { storageFailure } from './storage-failure';
import { takeName } from './take-name';
import { bytesOf, type Piece, TemporaryFile } from './temporary-file';

/** Chunks that are written while more is to come: fewer are not worth a call to the system. */
const WRITTEN_TOGETHER = 3;

export interface TemporaryResult {
  readonly file: ReceivedFile;
  /** Where it is before. */
  readonly path: string;
  /** Gives the file its final name. Answers by what name a picture is kept that lay there; null: none did. */
  commit(): Promise<string | null>;
  /** Gives it the name by which it is known as the answer though no journal has it; answers where it is. */
  setAside(): Promise<string>;
}

export type Written =
  | { readonly kind: 'written'; readonly result: TemporaryResult }
  /** Whole, and its folder would not take it. */
  | { readonly kind: 'refused'; readonly file: ReceivedFile; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface ResultTarget extends OnItsWay {
  readonly outputDir: string;
}

/** One picture of one attempt. What goes wrong with its bytes shows in `save`. */
export class ResultFile implements SpoolEntry<SpooledPicture>, SpooledPicture {
  readonly #disk: Disk;
  readonly #target: ResultTarget;
  #temporary: string;
  readonly #hash = createHash('sha256');
  readonly #arriving = new ArrivingPicture();
  #type: ImageType | null = null;
  #size: ImageSize | null = null;
  #sizeBytes = 0;
  #isRefused = false;
  readonly #onDisk: TemporaryFile;
  /** Not yet given to the disk. */
  #held: Piece[] = [];
  /** The first failure; nothing is written after it. */
  #error: unknown = null;
  /** What was to be written then and later, to the end. */
  #unwritten: Piece[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(disk: Disk, target: ResultTarget, temporary = temporaryPath(target)) {
    this.#disk = disk;
    this.#target = target;
    this.#temporary = temporary;
    this.#onDisk = new TemporaryFile(target.outputDir, disk.cachedFolders);
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
    this.#sizeBytes += length;
    this.#hash.update(bytes);
    this.#arriving.take(bytes);
    this.#held.push({ memory: chunk, length });
    this.#disk.hold(length);
    if (this.#disk.isCrowded && this.#held.length >= WRITTEN_TOGETHER) {
      this.#writeHeld();
    }
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
      if (this.#onDisk.isOpen) {
        await rename(this.#temporary, temporary);
      }
      this.#temporary = temporary;
    });
  }

  /** Whole and durable under its temporary name. */
  async save(): Promise<Written> {
    if (this.#type === null || this.#isRefused) {
      await this.#abandon();
      return {
        kind: 'failed',
        failure: { kind: 'malformed', message: 'The answer holds bytes that are not an image.' },
      };
    }
    const type = this.#type;
    if (!this.#arriving.isWhole()) {
      await this.#abandon();
      return {
        kind: 'failed',
        failure: { kind: 'malformed', message: 'The picture of the answer is cut off.' },
      };
    }
    this.#writeHeld();
    this.#then(() => this.#flush());
    await this.#work;
    const sha256 = this.#hash.digest('hex');
    if (this.#error !== null) {
      return this.#refused(type, sha256);
    }
    const size = this.#size ?? measureImage(await this.#read());
    return { kind: 'written', result: this.#temporaryResult(this.#received(type, sha256, size)) };
  }

  #received(type: ImageType, sha256: string, size: ImageSize | null): ReceivedFile {
    return {
      fileName: `${this.#target.stem}.${type.extension}`,
      sha256,
      mimeType: type.mimeType,
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      sizeBytes: this.#sizeBytes,
    };
  }

  /** What its folder took is read back, for the rest may find no place there; all of it is one in memory then. */
  async #refused(type: ImageType, sha256: string): Promise<Written> {
    const behind = bytesOf(this.#unwritten);
    const before = behind === this.#sizeBytes ? new Uint8Array() : await this.#read();
    const bytes = Buffer.concat([
      before.subarray(0, this.#sizeBytes - behind),
      ...this.#unwritten.map(({ memory, length }) => memory.subarray(0, length)),
    ]);
    await this.#abandon();
    return createHash('sha256').update(bytes).digest('hex') === sha256
      ? { kind: 'refused', file: this.#received(type, sha256, this.#size ?? measureImage(bytes)), bytes }
      : { kind: 'failed', failure: storageFailure(this.#error, this.#target.outputDir) };
  }

  #temporaryResult(file: ReceivedFile): TemporaryResult {
    const { outputDir } = this.#target;
    return {
      file,
      path: this.#temporary,
      commit: () => takeName(this.#disk, this.#temporary, { outputDir, file }),
      setAside: async () => {
        const aside = join(outputDir, wholeName(this.#target));
        await whileBusy(() => rename(this.#temporary, aside));
        return aside;
      },
    };
  }

  /** The header stands in the first chunk, but for files with much before it. */
  #look(bytes: Uint8Array): void {
    if (this.#sizeBytes === 0) {
      this.#type = sniffImage(bytes);
      this.#size = measureImage(bytes);
    }
    if (this.#type === null || this.#sizeBytes + bytes.byteLength > MAX_ANSWER_IMAGE_BYTES) {
      this.#isRefused = true;
    }
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#error ??= error;
    });
  }

  /** From now on it waits for the disk and for nothing that is yet to arrive. */
  #writeHeld(): void {
    const pieces = this.#letGo();
    const bytes = bytesOf(pieces);
    this.#disk.wait(bytes);
    this.#then(async () => {
      let isDealtWith = this.#isRefused;
      try {
        if (this.#error === null && !isDealtWith) {
          await this.#onDisk.write(this.#temporary, pieces);
          isDealtWith = true;
        }
      } finally {
        this.#disk.wait(-bytes);
        if (isDealtWith || !this.#disk.keepRefused(bytes)) {
          this.#giveBack(pieces);
        } else {
          this.#unwritten.push(...pieces);
        }
      }
    });
  }

  #letGo(): readonly Piece[] {
    const pieces = this.#held;
    this.#held = [];
    for (const { length } of pieces) {
      this.#disk.hold(-length);
    }
    return pieces;
  }

  #giveBack(pieces: readonly Piece[]): void {
    for (const { memory } of pieces) {
      this.#disk.giveBack(memory);
    }
  }

  async #flush(): Promise<void> {
    try {
      if (this.#error === null) {
        await this.#onDisk.flush();
      }
    } finally {
      await this.#onDisk.close();
    }
  }

  async #abandon(): Promise<void> {
    this.#giveBack(this.#letGo());
    this.#then(() => this.#onDisk.close());
    await this.#work;
    this.#disk.keepRefused(-bytesOf(this.#unwritten));
    this.#giveBack(this.#unwritten.splice(0));
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
  return join(target.outputDir, resultName(target));
}
