/** Small previews of local images, made by threads that are replaced when one image takes too long, kept by content. */
import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isFile } from '../file-facts';
import { workerPath } from '../worker-path';
import type { Bound, BoundedFolder } from './bounded-folder';
import type { StartDecoder } from './thumbnail-job';
import { threadHost } from './worker-host';
import { createDecoderPool, type DecoderPool, type DecodeOutcome } from './decoder-pool';
import { SNIFF_BYTES, sniffImage } from './sniff';

export interface ThumbnailerOptions {
  readonly cacheDir: string;
  /** Keeps `cacheDir` within its bounds; absent: it grows. */
  readonly files?: Pick<BoundedFolder, 'use' | 'added'>;
  /** Decoding threads; default 1. */
  readonly threads?: number;
  /** For one image, in milliseconds; default 20,000. */
  readonly timeoutMs?: number;
  /** The built worker; default: where the build puts it. */
  readonly workerFile?: string | URL;
  /** Images of more pixels get no preview; default 50 million, at most 120 million. */
  readonly limitPixels?: number;
  /** Default: a thread that runs `workerFile`. */
  readonly start?: StartDecoder;
}

export type Thumbnail =
  | { readonly kind: 'ok'; readonly path: string }
  | { readonly kind: 'failed'; readonly sentence: string };

export type PreviewSize = 128 | 256 | 512 | 1280 | 4096;
/** From this size on a preview shows the picture's own pixels, and so keeps them. */
const LOSSLESS_SIZE = 4096;
const isLossless = (size: number): boolean => size >= LOSSLESS_SIZE;

const GIGABYTE = 1_000_000_000;
/**
 * What previews may take: those without loss are some 30 MB each, and looking closely at a hundred pictures must not
 * drive out the tiles of a hundred thousand.
 */
export const PREVIEW_BOUNDS: readonly Bound[] = [
  { isOf: (name) => name.endsWith(`-${LOSSLESS_SIZE}.png`), mostBytes: 1 * GIGABYTE },
  { isOf: () => true, mostBytes: 3 * GIGABYTE },
];

export interface Thumbnailer {
  /**
   * A WebP below `cacheDir` whose longest side is at most `size`; the largest is a PNG without loss, for looking at single pixels.
   * The newest request is served first. Never rejects.
   */
  thumbnail(path: string, options: { readonly size: PreviewSize }): Promise<Thumbnail>;
  /** Ends the threads; what was waiting fails. */
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const MILLION = 1_000_000;
const DEFAULT_LIMIT_PIXELS = 50 * MILLION;
/** Decoded, that many take some 360 MB of a process that may be ended at any time. */
const MOST_LIMIT_PIXELS = 120 * MILLION;
/** Part of every key: a change of size, quality or format makes old files unknown. */
const RECIPE = 'webp80-1';

export function createThumbnailer(options: ThumbnailerOptions): Thumbnailer {
  const pool = createDecoderPool({
    threads: options.threads ?? 1,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    start: options.start ?? threadHost(options.workerFile ?? workerPath('image-worker')),
  });
  const limitPixels = Math.min(options.limitPixels ?? DEFAULT_LIMIT_PIXELS, MOST_LIMIT_PIXELS);
  const underWay = new Map<string, Promise<Thumbnail>>();
  return {
    thumbnail: async (path, { size }) => {
      const name = basename(path);
      const source = await inspect(path);
      if (source.kind === 'failed') return source;
      const target = join(
        options.cacheDir,
        source.key.slice(0, 2),
        `${source.key}-${size}.${isLossless(size) ? 'png' : 'webp'}`,
      );
      const running = underWay.get(target);
      if (running !== undefined) return running;
      const order = { path, size, target, name, limitPixels };
      const started = make(pool, order, options.files).finally(() => underWay.delete(target));
      underWay.set(target, started);
      return started;
    },
    close: () => pool.close(),
  };
}

interface Order {
  readonly path: string;
  readonly size: number;
  readonly target: string;
  readonly name: string;
  readonly limitPixels: number;
}

async function make(pool: DecoderPool, order: Order, files: ThumbnailerOptions['files']): Promise<Thumbnail> {
  await files?.use(order.target);
  if (await isFile(order.target)) return { kind: 'ok', path: order.target };
  try {
    await mkdir(join(order.target, '..'), { recursive: true });
  } catch {
    return { kind: 'failed', sentence: 'The folder for previews cannot be written; check its permissions.' };
  }
  const { path: source, size, target, limitPixels } = order;
  const outcome = await pool.decode({
    source,
    size,
    target,
    limitPixels,
    isLossless: isLossless(size),
  });
  if (outcome !== 'ok') {
    return { kind: 'failed', sentence: SENTENCES[outcome](order) };
  }
  files?.added(target);
  return { kind: 'ok', path: target };
}

const SENTENCES: Readonly<Record<Exclude<DecodeOutcome, 'ok'>, (order: Order) => string>> = {
  too_many_pixels: ({ name, limitPixels }) =>
    `"${name}" has more than ${Math.round(limitPixels / MILLION)} million pixels, too many for a preview; open the file itself.`,
  unreadable: ({ name }) =>
    `"${name}" is damaged or of a kind that cannot be shown; the file itself is kept as it is.`,
  timeout: ({ name }) =>
    `"${name}" took too long to decode, so it has no preview; the file itself is kept as it is.`,
  dropped: ({ name }) =>
    `The preview of "${name}" was dropped because newer ones were asked for; scroll back to load it.`,
  closed: ({ name }) => `The preview of "${name}" was not made because the program is closing.`,
};

type Inspected =
  | { readonly kind: 'ok'; readonly key: string }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Vector files and anything else that is not one of our raster formats never reach the decoder. */
async function inspect(path: string): Promise<Inspected> {
  const name = basename(path);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { kind: 'failed', sentence: `"${name}" is not a file.` };
    if (sniffImage(await firstBytes(path)) === null) {
      return { kind: 'failed', sentence: `"${name}" is not an image.` };
    }
    const identity = [RECIPE, path, stats.mtimeMs, stats.size].join('\0');
    return { kind: 'ok', key: createHash('sha256').update(identity).digest('hex') };
  } catch {
    return { kind: 'failed', sentence: `"${name}" is missing or cannot be read.` };
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(SNIFF_BYTES);
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
