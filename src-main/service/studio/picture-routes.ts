/**
 * Pictures themselves, for a browser's clipboard and for files that it saves: always to be kept, never shown, so that
 * nothing within a stranger's file ever runs as a page of ours.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type PictureRef, pictureRefSchema } from '@shared/model/picture';
import { BROWSER_PICTURE } from '@shared/picture-url';
import { z } from 'zod';
import { Refusal } from '../../refusal';
import { Problem } from '../problem';
import { attachment } from './attachment';
import type { StudioContext } from './studio-context';

const askedSchema = z.object({ picture: z.string().max(200), as: z.enum(['png', 'file']) });

export function pictureRoutes(server: FastifyInstance, { app: { pictures } }: StudioContext): void {
  server.get(BROWSER_PICTURE, async (request, reply) => {
    const asked = askedSchema.safeParse(request.query);
    const picture = asked.success ? refIn(asked.data.picture) : null;
    if (!asked.success || picture === null) {
      throw new Problem(400, 'This is not a picture of the library: reload the page.');
    }
    try {
      const found = await pictures.find(picture);
      const isPng = asked.data.as === 'png';
      const bytes = await readFile(isPng ? await pictures.asPng(found) : found.path);
      return reply
        .headers({
          'content-type': isPng ? 'image/png' : 'application/octet-stream',
          ...attachment(found.fileName),
        })
        .send(bytes);
    } catch (error) {
      throw isGone(error) ? new Problem(404, 'This picture is no longer there: reload the page.') : error;
    }
  });
}

function refIn(text: string): PictureRef | null {
  try {
    const read = pictureRefSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Its file may have gone between its being found and read. */
function isGone(error: unknown): boolean {
  return error instanceof Refusal || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
