/**
 * Decodes strangers' images in a thread or process of its own, which its thumbnailer may end at any time. One image at a time;
 * the limit is checked against the header, before a pixel is decoded.
 */
import { rename, unlink } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import sharp, { type Sharp } from 'sharp';
import { standBack } from './stand-back';
import type { PictureForm, ThumbnailAnswer, ThumbnailJob } from './thumbnail-job';

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
if (utilityPort !== undefined) {
  utilityPort.on('message', ({ data }) => {
    void makeThumbnail(data).then((answer) => utilityPort.postMessage(answer));
  });
  // Less than the lab does: somebody looks at the place where the picture will be.
  standBack(2);
}

async function makeThumbnail(job: ThumbnailJob): Promise<ThumbnailAnswer> {
  const temporary = `${job.target}.${job.id}.part`;
  try {
    const picture = sharp(job.source, { limitInputPixels: job.limitPixels, failOn: 'error', pages: 1 })
      .timeout({ seconds: job.timeoutSeconds })
      .rotate()
      .resize({ width: job.size, height: job.size, fit: 'inside', withoutEnlargement: true });
    await (job.as === undefined ? preview(picture, job) : inForm(picture, job.as)).toFile(temporary);
    await rename(temporary, job.target);
    return { id: job.id, kind: 'ok' };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    /* sharp has no error codes. */
    const isTooLarge = error instanceof Error && error.message.includes('pixel limit');
    return { id: job.id, kind: 'failed', reason: isTooLarge ? 'too_many_pixels' : 'unreadable' };
  }
}

/** Without loss a large picture is wanted now, not small: WebP would take twenty times as long as a PNG that is hardly packed. */
function preview(picture: Sharp, { isLossless }: ThumbnailJob): Sharp {
  return isLossless
    ? picture.toColourspace('srgb').png({ compressionLevel: 1 })
    : picture.webp({ quality: QUALITY });
}

function inForm(picture: Sharp, { format, quality, colour }: PictureForm): Sharp {
  const coloured = colour === 'keep' ? picture.keepIccProfile() : picture.withIccProfile('srgb');
  switch (format) {
    case 'png':
      return coloured.png();
    case 'jpeg':
      // A JPEG has no transparency; black would be a surprise.
      return coloured
        .flatten({ background: '#fff' })
        .jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' });
    case 'webp':
      return coloured.webp(quality === 100 ? { lossless: true, exact: true } : { quality });
  }
}
