/** Any reference of a row as the original bytes of an image, a sound or a film, or the reason why not. Nothing is re-encoded. */
import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { deferred } from '../deferred';
import type { InputImage } from '../providers/adapter';
import { badInput, parseUrl, type Refused, shownReference } from './bad-input';
import type { FetchNetwork } from './checked-connector';
import { decodeAnyDataUrl, decodeDataUrl } from './data-url';
import { embeddedFile, isEmbeddedReference } from './embedded';
import { type MediaClaim, mediaType } from './media-type';
import { MAX_INPUT_IMAGE_BYTES } from './largest-input';
import type { FetchedImage, ImageFetcher } from './safe-fetch';
import { openRegularFile, type PathPolicy, readRegularFile, resolveInputPath } from './safe-path';
import { createUrlCache } from './url-cache';

export interface InputLoaderOptions extends PathPolicy {
  /** Where images embedded in Parquet were unpacked. */
  readonly embeddedDir: string;
  readonly allowPrivateUrls: boolean;
  /** Keeps the original bytes of downloads; null: each run downloads anew. */
  readonly imageCacheDir: string | null;
  /** Default 50 MB. */
  readonly maxBytes?: number;
  /** For tests. */
  readonly network?: FetchNetwork;
}

export type LoadedInput =
  | { readonly kind: 'ok'; readonly image: InputImage & { readonly bytes: Uint8Array } }
  | Refused;

/** `close` when it is no longer needed; it never rejects. */
export type OpenedInput =
  | {
      readonly kind: 'ok';
      readonly image: InputImage;
      /** Which file of this machine in which state it is; absent: its bytes are all that is known. */
      readonly file?: { readonly path: string; readonly sizeBytes: number; readonly modifiedMs: number };
      close(): Promise<void>;
    }
  | Refused;

export interface InputLoader {
  /** Never rejects. `signal` ends the waiting; a download that others wait for goes on. */
  load(reference: string, signal?: AbortSignal): Promise<LoadedInput>;
  /** The same, but a file of some size stays on disk: its bytes are read when they are wanted. */
  open(reference: string, signal?: AbortSignal): Promise<OpenedInput>;
  /** The same for what may also be a sound or a film. */
  openMedia(reference: string, claim: MediaClaim, signal?: AbortSignal): Promise<OpenedInput>;
  /** Cuts downloads under way. */
  close(): Promise<void>;
}

type Loaded = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** What a provider takes at most of one sound or film (ai.google.dev/gemini-api/docs/files: 2 GB per file). */
const MAX_MEDIA_FILE_BYTES = 2 * 1024 ** 3;
const IMAGE: MediaClaim = { medium: 'image' };

export function createInputLoader(options: InputLoaderOptions): InputLoader {
  const maxBytes = options.maxBytes ?? MAX_INPUT_IMAGE_BYTES;
  const downloads = createDownloads(options, { maxBytes, media: false });
  const mediaDownloads = createDownloads(options, { maxBytes, media: true });

  const bytesOf = async (
    reference: string,
    claim: MediaClaim,
    signal: AbortSignal | undefined,
  ): Promise<Loaded> => {
    const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
    if (scheme === 'http' || scheme === 'https') {
      return (claim.medium === 'image' ? downloads : mediaDownloads).get(reference, signal);
    }
    if (scheme === 'data') {
      const decode = claim.medium === 'image' ? decodeDataUrl : decodeAnyDataUrl;
      return decode(reference, maxBytes);
    }
    if (isEmbeddedReference(reference)) return readEmbedded(reference, options.embeddedDir, maxBytes);
    if (scheme !== undefined && scheme !== 'file' && /^[^:]+:\/\//.test(reference)) {
      return badInput(
        `"${shownReference(reference)}" is a ${scheme}: URL, which cannot be fetched; use https or a file.`,
      );
    }
    const resolved = await resolveInputPath(reference, options);
    return resolved.kind === 'ok'
      ? readRegularFile(resolved.path, maxBytes, shownReference(reference))
      : resolved;
  };

  const load = async (
    given: string,
    claim: MediaClaim,
    signal: AbortSignal | undefined,
  ): Promise<LoadedInput> => {
    const reference = given.trim();
    const loaded = await bytesOf(reference, claim, signal);
    return loaded.kind === 'ok' ? asInput(loaded.bytes, claim, reference) : loaded;
  };

  const openFile = async (reference: string, claim: MediaClaim): Promise<OpenedInput> => {
    const noun = claim.medium === 'audio' ? 'audio file' : claim.medium;
    const resolved = await resolveInputPath(reference, options, noun);
    if (resolved.kind !== 'ok') return resolved;
    const { path } = resolved;
    const most = claim.medium === 'image' ? maxBytes : MAX_MEDIA_FILE_BYTES;
    const opened = await openRegularFile(path, most, shownReference(reference), noun);
    if (opened.kind !== 'ok') return opened;
    const { sizeBytes, modifiedMs } = opened;
    const looked = asInput(opened.start, claim, reference);
    if (looked.kind === 'ok' && opened.start.byteLength < sizeBytes) {
      const image = { ...looked.image, bytes: opened };
      return { ...looked, image, file: { path, sizeBytes, modifiedMs }, close: opened.close };
    }
    await opened.close();
    return looked.kind === 'ok'
      ? { ...looked, file: { path, sizeBytes, modifiedMs }, close: nothing }
      : looked;
  };

  const open = async (given: string, claim: MediaClaim, signal?: AbortSignal): Promise<OpenedInput> => {
    const reference = given.trim();
    const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
    if (!isEmbeddedReference(reference) && (scheme === undefined || scheme === 'file')) {
      return openFile(reference, claim);
    }
    const loaded = await load(reference, claim, signal);
    return loaded.kind === 'ok' ? { ...loaded, close: nothing } : loaded;
  };

  return {
    load: (reference, signal) => load(reference, IMAGE, signal),
    open: (reference, signal) => open(reference, IMAGE, signal),
    openMedia: open,
    close: async () => {
      await Promise.all([downloads.close(), mediaDownloads.close()]);
    },
  };
}

function asInput(bytes: Uint8Array, claim: MediaClaim, reference: string): LoadedInput {
  const type = mediaType(bytes, claim, shownReference(reference));
  return type.kind === 'failed'
    ? type
    : {
        kind: 'ok',
        image: { bytes, mimeType: type.mimeType, fileName: `${stemOf(reference)}.${type.extension}` },
      };
}

const nothing = (): Promise<void> => Promise.resolve();

/** The reference's own name as far as a multipart header can carry it. */
function stemOf(reference: string): string {
  if (/^data:/i.test(reference) || isEmbeddedReference(reference)) return 'image';
  const path = /^https?:/i.test(reference)
    ? (parseUrl(reference)?.pathname ?? '')
    : reference.replaceAll('\\', '/');
  const name = posix.basename(path).replace(/\.[^.]*$/, '');
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .slice(0, 80)
      .trim() || 'image'
  );
}

async function readEmbedded(reference: string, embeddedDir: string, maxBytes: number): Promise<Loaded> {
  const file = embeddedFile(reference, embeddedDir);
  if (file === null) {
    return badInput('An image embedded in the dataset is damaged or missing; import the file again.');
  }
  const loaded = await readRegularFile(file.path, maxBytes, 'embedded image');
  if (loaded.kind === 'failed') return loaded;
  if (createHash('sha256').update(loaded.bytes).digest('hex') === file.sha256) return loaded;
  /* Out of the way, so that importing again does replace it. */
  await unlink(file.path).catch(() => undefined);
  return badInput('An image unpacked from the dataset has changed on disk; import the file again.');
}

interface Downloads {
  get(url: string, signal: AbortSignal | undefined): Promise<Loaded>;
  close(): Promise<void>;
}

/** Several jobs that need one URL at the same time share one download. */
function createDownloads(
  options: InputLoaderOptions,
  { maxBytes, media }: { readonly maxBytes: number; readonly media: boolean },
): Downloads {
  const { allowPrivateUrls: allowPrivate, imageCacheDir, network } = options;
  // Only where there are addresses: what it loads takes 20 MB in each thread.
  let opening: Promise<ImageFetcher> | null = null;
  const fetcher = (): Promise<ImageFetcher> => {
    opening ??= import('./safe-fetch').then(({ createImageFetcher }) =>
      createImageFetcher({ allowPrivate, maxBytes, media, ...(network === undefined ? {} : { network }) }),
    );
    return opening;
  };
  // The cache believes in pictures alone.
  const cache = imageCacheDir === null || media ? null : createUrlCache(imageCacheDir);
  const underWay = new Map<string, Promise<FetchedImage>>();

  const download = async (url: string): Promise<FetchedImage> => {
    const kept = await cache?.get(url);
    if (kept !== undefined && kept !== null && kept.byteLength <= maxBytes) {
      return { kind: 'ok', bytes: kept };
    }
    const fetched = await (await fetcher()).fetchImage(url);
    if (fetched.kind === 'ok') await cache?.put(url, fetched.bytes);
    return fetched;
  };

  const shared = (url: string): Promise<FetchedImage> => {
    const running = underWay.get(url);
    if (running !== undefined) return running;
    const started = download(url).finally(() => underWay.delete(url));
    underWay.set(url, started);
    return started;
  };

  return {
    get: (url, signal) =>
      untilAborted(shared(url), signal, () =>
        badInput(`The download of ${shownReference(url)} was stopped.`),
      ),
    close: async () => (await opening)?.close(),
  };
}

async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  stopped: () => T,
): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) return stopped();
  const { promise, resolve } = deferred<T>();
  const stop = (): void => resolve(stopped());
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
