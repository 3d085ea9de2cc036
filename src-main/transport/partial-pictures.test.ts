/** Pictures on the way, from a stream of the Images API to files that are gone when the result is there. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pictureCarrier, pictureOrder } from './testing/picture-carrier';

/** Lets the server send its next event. */
let next: () => void = () => undefined;
let bodies: string[] = [];
let server: Server;
let folder: string;
let pictures: readonly Buffer[] = [];

beforeEach(async () => {
  bodies = [];
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-partials-'));
  pictures = await Promise.all([1, 2, 3].map(noise));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Too large for the parser, as real ones are: 64 KB of letters and more. */
function noise(seed: number): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: 200 * 150 * 3 }, (_, at) => (at * at * seed) % 251));
  return sharp(pixels, { raw: { width: 200, height: 150, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** Sends the pictures one by one, each once the one before was seen; `end` says how it ends. */
async function serve(end: 'whole' | 'cut'): Promise<string> {
  server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) {
      body += String(chunk);
    }
    bodies.push(body);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [at, picture] of pictures.entries()) {
      const isLast = at === pictures.length - 1;
      const type =
        isLast && end === 'whole' ? 'image_generation.completed' : 'image_generation.partial_image';
      const seen = new Promise<void>((resolve) => {
        next = resolve;
      });
      const b64_json = picture.toString('base64');
      const usage = { input_tokens: 5, output_tokens: 300 };
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, b64_json, usage })}\n\n`);
      if (!isLast) {
        await seen;
      }
    }
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function carry(url: string) {
  const partials: { path: string; bytes: Buffer }[] = [];
  const order = pictureOrder(url, {
    secret: null,
    model: 'gpt-image-2.5-flare',
    partialImages: 2,
    outputDir: folder,
    stem: 'picture',
  });
  const outcome = await pictureCarrier().carry(7, order, {
    signal: new AbortController().signal,
    leaving: () => undefined,
    bodySent: () => undefined,
    answered: () => undefined,
    received: () => Promise.resolve(),
    partial: (path) => {
      partials.push({ path, bytes: readFileSync(path) });
      next();
    },
  });
  return { outcome, partials };
}

it('shows each picture on the way as a whole file, and leaves only the result behind', async () => {
  const { outcome, partials } = await carry(await serve('whole'));
  expect(outcome).toMatchObject({ kind: 'done', usage: { inputTokens: 5, outputTokens: 300 } });
  expect(partials.slice(0, 2).map(({ bytes }) => bytes)).toEqual(pictures.slice(0, 2));
  expect(partials.map(({ path }) => existsSync(path))).not.toContain(true);
  expect(await readdir(folder)).toEqual(['picture.png']);
  expect(readFileSync(join(folder, 'picture.png'))).toEqual(pictures[2]);
  expect(bodies.map((body) => JSON.parse(body) as unknown)).toMatchObject([
    { stream: true, partial_images: 2, n: 1 },
  ]);
});

it('does not take a picture on the way for the result when the stream ends early', async () => {
  const { outcome } = await carry(await serve('cut'));
  expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'malformed', bodySent: true } });
  expect(await readdir(folder)).toEqual([]);
});
