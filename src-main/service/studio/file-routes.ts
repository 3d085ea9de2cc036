/** Files in and out, in place of the dialogs of the window. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Problem } from '../problem';
import { sessionOf } from './admission';
import { attachment } from './attachment';
import type { StudioContext } from './studio-context';
import { receiveFiles } from './uploads';

const offersSchema = z.object({ call: z.string().max(64) });
const idSchema = z.object({ id: z.string().max(64) });

export function fileRoutes(server: FastifyInstance, context: StudioContext): void {
  const { uploadsRoot: root, uploadLimits: limits, uploadsUnderWay: underWay, newId, downloadsOf } = context;

  server.post('/app/files', async (request) => {
    if (!request.isMultipart()) {
      throw new Problem(415, 'Send files as multipart/form-data.');
    }
    const asFolder = new URL(request.url, 'http://studio').searchParams.has('folder');
    return receiveFiles(request, { session: sessionOf(request), root, limits, underWay, newId }, asFolder);
  });

  server.get('/app/downloads', (request) => {
    const asked = offersSchema.safeParse(request.query);
    return asked.success ? downloadsOf(sessionOf(request)).offers(asked.data.call) : [];
  });

  server.get('/app/downloads/:id', async (request, reply) => {
    const downloads = downloadsOf(sessionOf(request));
    const { id } = idSchema.parse(request.params);
    const found = downloads.find(id);
    const facts = found === null ? null : await stat(found.path).catch(() => null);
    if (found === null || facts === null) {
      throw new Problem(404, 'This download is over: export it again.');
    }
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) {
        void downloads.remove(id).catch(() => undefined);
      }
    });
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': facts.size,
        ...attachment(found.name),
      })
      .send(createReadStream(found.path));
  });
}
