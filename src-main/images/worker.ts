/**
 * Decodes strangers' images in a thread or process of its own, which its thumbnailer may end at any time. One image at a time;
 * the limit is checked against the header, before a pixel is decoded.
 */
import { rename, unlink } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import type { ThumbnailAnswer, ThumbnailJob } from './thumbnail-job';

const QUALITY = 80;

sharp.concurrency(1);
sharp.cache(false);

/** A utility process of Electron has a port of another kind, whose messages come wrapped. */
interface UtilityPort {
  on(event: 'message', listener: (message: { data: ThumbnailJob }) => void): void;
  postMessage(answer: ThumbnailAnswer): void;
}

const utilityPort = (process as { parentPort?: UtilityPort }).parentPort;

parentPort?.on('message', (job: ThumbnailJob) => {
  void makeThumbnail(job).then((answer) => parentPort?.postMessage(answer));
});
utilityPort?.on('message', ({ data }) => {
  void makeThumbnail(data).then((answer) => utilityPort.postMessage(answer));
});

async function makeThumbnail(job: ThumbnailJob): Promise<ThumbnailAnswer> {
  const temporary = `${job.target}.${job.id}.part`;
  try {
    await sharp(job.source, { limitInputPixels: job.limitPixels, failOn: 'error', pages: 1 })
      .timeout({ seconds: job.timeoutSeconds })
      .rotate()
      .resize({ width: job.size, height: job.size, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toFile(temporary);
    await rename(temporary, job.target);
    return { id: job.id, kind: 'ok' };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    /* sharp has no error codes. */
    const isTooLarge = error instanceof Error && error.message.includes('pixel limit');
    return { id: job.id, kind: 'failed', reason: isTooLarge ? 'too_many_pixels' : 'unreadable' };
  }
}
