/** Any reference of a row as the original bytes of an image, or the reason why not. Nothing is re-encoded. */
import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { posix } from 'node:path';
import type { InputImage } from '../providers/adapter';
import { badInput, parseUrl, type Refused, shownReference } from './bad-input';
import type { FetchNetwork } from './checked-connector';
import { decodeDataUrl } from './data-url';
import { embeddedFile, isEmbeddedReference } from './embedded';
import { createImageFetcher, type FetchedImage, MAX_IMAGE_BYTES } from './safe-fetch';
import { openRegularFile, type PathPolicy, readRegularFile, resolveInputPath } from './safe-path';
import { sniffImage } from './sniff';
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
  | { readonly kind: 'ok'; readonly image: InputImage; close(): Promise<void> }
  | Refused;

export interface InputLoader {
  /** Never rejects. `signal` ends the waiting; a download that others wait for goes on. */
  load(reference: string, signal?: AbortSignal): Promise<LoadedInput>;
  /** The same, but a file of some size stays on disk: its bytes are read when they are wanted. */
  open(reference: string, signal?: AbortSignal): Promise<OpenedInput>;
  /** Cuts downloads under way. */
  close(): Promise<void>;
}

type Loaded = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

export function createInputLoader(options: InputLoaderOptions): InputLoader {
  const maxBytes = options.maxBytes ?? MAX_IMAGE_BYTES;
  const downloads = createDownloads(options, maxBytes);

  const bytesOf = async (reference: string, signal: AbortSignal | undefined): Promise<Loaded> => {
    const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
    if (scheme === 'http' || scheme === 'https') return downloads.get(reference, signal);
    if (scheme === 'data') return decodeDataUrl(reference, maxBytes);
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

  const load = async (given: string, signal?: AbortSignal): Promise<LoadedInput> => {
    const reference = given.trim();
    const loaded = await bytesOf(reference, signal);
    return loaded.kind === 'ok' ? asImage(loaded.bytes, reference) : loaded;
  };

  const openFile = async (reference: string): Promise<OpenedInput> => {
    const resolved = await resolveInputPath(reference, options);
    if (resolved.kind !== 'ok') return resolved;
    const opened = await openRegularFile(resolved.path, maxBytes, shownReference(reference));
    if (opened.kind !== 'ok') return opened;
    const looked = asImage(opened.start, reference);
    if (looked.kind === 'ok' && opened.start.byteLength < opened.sizeBytes) {
      return { ...looked, image: { ...looked.image, bytes: opened }, close: opened.close };
    }
    await opened.close();
    return looked.kind === 'ok' ? { ...looked, close: nothing } : looked;
  };

  return {
    load,
    open: async (given, signal) => {
      const reference = given.trim();
      const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
      if (!isEmbeddedReference(reference) && (scheme === undefined || scheme === 'file')) {
        return openFile(reference);
      }
      const loaded = await load(reference, signal);
      return loaded.kind === 'ok' ? { ...loaded, close: nothing } : loaded;
    },
    close: () => downloads.close(),
  };
}

function asImage(bytes: Uint8Array, reference: string): LoadedInput {
  const type = sniffImage(bytes);
  if (type === null) {
    return badInput(
      `"${shownReference(reference)}" is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).`,
    );
  }
  return {
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
function createDownloads(options: InputLoaderOptions, maxBytes: number): Downloads {
  const { allowPrivateUrls: allowPrivate, imageCacheDir, network } = options;
  const fetcher = createImageFetcher({
    allowPrivate,
    maxBytes,
    ...(network === undefined ? {} : { network }),
  });
  const cache = imageCacheDir === null ? null : createUrlCache(imageCacheDir);
  const underWay = new Map<string, Promise<FetchedImage>>();

  const download = async (url: string): Promise<FetchedImage> => {
    const kept = await cache?.get(url);
    if (kept !== undefined && kept !== null && kept.byteLength <= maxBytes) {
      return { kind: 'ok', bytes: kept };
    }
    const fetched = await fetcher.fetchImage(url);
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
    close: () => fetcher.close(),
  };
}

async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  stopped: () => T,
): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) return stopped();
  const { promise, resolve } = withResolvers<T>();
  const stop = (): void => resolve(stopped());
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
