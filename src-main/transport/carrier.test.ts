/** An order from its inputs to its file, with a real adapter over a real socket. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../engine/ports';
import { endpoint, png, pngWith } from '../providers/testing/calls';
import { answer, json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { createDisk, type Disk } from './disk';
import type { PictureOrder } from './order';
import { FACTS, LIMITS, pictureCarrier, pictureOrder, USAGE } from './testing/picture-carrier';

const DATA = png(5).toString('base64');

let server: ScriptedServer;
let outputDir = '';
beforeEach(async () => {
  server = await startScriptedServer();
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-carrier-'));
});
afterEach(async () => {
  await server.close();
  await rm(outputDir, { recursive: true, force: true });
});

interface Surroundings {
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
  readonly attemptId?: number;
  /** What the journal does with a file. */
  readonly received?: () => Promise<void>;
  readonly onAnswered?: () => void;
}

async function carry(changes: Partial<PictureOrder> = {}, around: Surroundings = {}) {
  const told: string[] = [];
  const order = pictureOrder(server.url, { outputDir, ...changes });
  const outcome = await pictureCarrier(around).carry(around.attemptId ?? 1, order, {
    signal: around.signal ?? new AbortController().signal,
    leaving: () => undefined,
    bodySent: () => told.push('bodySent'),
    partial: () => undefined,
    answered: () => {
      told.push('answered');
      around.onAnswered?.();
    },
    received: () => {
      told.push('received');
      return around.received?.() ?? Promise.resolve();
    },
  });
  return { outcome, told };
}

describe('an order', () => {
  it('ends with its file, what was used and the limits that its answer named', async () => {
    server.reply(json({ data: [{ b64_json: DATA }], usage: USAGE }, 200, LIMITS));
    const { outcome, told } = await carry();
    expect(outcome).toMatchObject({
      kind: 'done',
      usage: { inputTokens: 9, outputTokens: 400 },
      facts: FACTS,
    });
    expect(told).toEqual(['bodySent', 'answered', 'received']);
    expect(await readFile(join(outputDir, '000001.png'))).toEqual(png(5));
  });

  it('that is refused ends with the limits that the refusal named', async () => {
    server.reply(json({ error: { message: 'slow down' } }, 429, LIMITS));
    const { outcome, told } = await carry();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'quota_minute' }, facts: FACTS });
    expect(told).toEqual(['bodySent']);
  });

  it('whose input is missing sends nothing', async () => {
    const { outcome, told } = await carry({ task: 'edit', inputs: ['a.png'] });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
    expect(told).toEqual([]);
    expect(server.begun()).toBe(0);
  });

  it('names no limits where its answer named none', async () => {
    server.reply(json({ data: [{ b64_json: DATA }] }));
    expect((await carry()).outcome).not.toHaveProperty('facts');
  });
});

/** With noise in it: large enough to go to disk while it arrives. */
const large = (seed: number): Buffer =>
  pngWith(png(seed), Buffer.concat([Buffer.alloc(700_000, seed), randomBytes(9)]));
const images = (...pictures: Buffer[]) =>
  json({
    choices: [
      {
        message: {
          images: pictures.map((one) => ({
            image_url: { url: `data:image/png;base64,${one.toString('base64')}` },
          })),
        },
      },
    ],
  });

function bytesOf(outcome: AttemptOutcome): Buffer {
  return Buffer.from((outcome.kind === 'done' ? outcome.unplaced?.bytes : undefined) ?? []);
}

describe('a large picture', () => {
  it.each(['images', 'chat'] as const)(
    'is written while it arrives (%s), with its own bytes',
    async (via) => {
      const bytes = large(3);
      server.reply(
        via === 'images'
          ? json({ data: [{ b64_json: bytes.toString('base64') }], usage: USAGE })
          : images(bytes),
      );
      const { outcome, told } = await carry();
      expect(outcome).toMatchObject({
        kind: 'done',
        file: {
          fileName: '000001.png',
          sha256: createHash('sha256').update(bytes).digest('hex'),
          sizeBytes: bytes.length,
          width: 1,
          height: 1,
        },
      });
      expect(told).toEqual(['bodySent', 'answered', 'received']);
      expect(bytes.equals(await readFile(join(outputDir, '000001.png')))).toBe(true);
      expect(await readdir(outputDir)).toEqual(['000001.png']);
    },
  );

  it('that comes compressed, or without a length, is the same picture', async () => {
    const bytes = large(4);
    const body = JSON.stringify({ data: [{ b64_json: bytes.toString('base64') }] });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    server.reply(answer(200, gzipSync(body), headers));
    expect((await carry()).outcome.kind).toBe('done');
    expect(bytes.equals(await readFile(join(outputDir, '000001.png')))).toBe(true);
    server.reply(answer(200, body, { 'transfer-encoding': 'chunked' }));
    expect((await carry({ stem: '000002' })).outcome.kind).toBe('done');
    expect(bytes.equals(await readFile(join(outputDir, '000002.png')))).toBe(true);
  });

  it('after a draft is the one that is kept, under the name that is looked for after a crash', async () => {
    const [draft, final] = [large(5), large(6)];
    server.reply(images(draft, final));
    let names: string[] = [];
    await carry(
      {},
      {
        received: async () => {
          names = await readdir(outputDir);
        },
      },
    );
    expect(names).toEqual(['000001.own.1.part']);
    expect(await readdir(outputDir)).toEqual(['000001.png']);
    expect(final.equals(await readFile(join(outputDir, '000001.png')))).toBe(true);
  });

  it.each([
    ['no picture', Buffer.alloc(300_000, 'words ').toString('base64')],
    ['no base64', `${large(1).toString('base64').slice(0, 200_000)}*`],
  ])('that is %s leaves nothing behind', async (_what, b64_json) => {
    server.reply(json({ data: [{ b64_json }] }));
    const { outcome, told } = await carry();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'malformed', bodySent: true } });
    expect(told).toEqual(['bodySent']);
    expect(await readdir(outputDir)).toEqual([]);
  });

  it('that breaks off leaves nothing behind', async () => {
    const body = JSON.stringify({ data: [{ b64_json: large(2).toString('base64') }] }).slice(0, 400_000);
    server.reply({ kind: 'half', body, bytes: 900_000, then: 'close' });
    expect((await carry()).outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'network', bodySent: true },
    });
    expect(await readdir(outputDir)).toEqual([]);
  });

  it.each([
    ['once it is there', {}],
    ['from its first bytes on', { heldBytes: 100_000 }],
  ])('that its folder refuses %s is handed on whole', async (_when, options) => {
    const bytes = large(2);
    const folder = join(outputDir, 'file');
    await writeFile(folder, '');
    server.reply(json({ data: [{ b64_json: bytes.toString('base64') }], usage: USAGE }));
    const disk = createDisk(options);
    const { outcome, told } = await carry({ outputDir: folder }, { disk });
    expect(outcome).toMatchObject({
      kind: 'done',
      usage: { outputTokens: 400 },
      file: { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length },
      unplaced: { path: join(folder, '000001.own.1.whole.part'), outputDir: folder },
    });
    expect(bytes.equals(bytesOf(outcome))).toBe(true);
    expect(told).toEqual(['bodySent', 'answered']);
  });

  it('that can be kept nowhere is lost, and its run hears why', async () => {
    await writeFile(join(outputDir, 'file'), '');
    server.reply(json({ data: [{ b64_json: large(2).toString('base64') }] }));
    const disk: Disk = { ...createDisk(), keepRefused: () => false };
    const { outcome } = await carry({ outputDir: join(outputDir, 'file') }, { disk });
    expect(outcome).toMatchObject({ kind: 'lost', failure: { kind: 'storage', bodySent: true } });
  });

  it('that the journal cannot note waits under a name that tells it from a draft', async () => {
    server.reply(json({ data: [{ b64_json: large(2).toString('base64') }] }));
    const { outcome } = await carry({}, { received: () => Promise.reject(new Error('full')) });
    const path = join(outputDir, '000001.own.1.whole.part');
    expect(outcome).toMatchObject({ kind: 'done', unplaced: { path, outputDir } });
    expect(bytesOf(outcome)).toEqual(Buffer.alloc(0));
    expect(large(2).length).toBe((await readFile(path)).length);
  });

  it('that cannot get its final name waits under the one that it has', async () => {
    server.reply(json({ data: [{ b64_json: large(2).toString('base64') }] }));
    const { outcome } = await carry(
      {},
      {
        received: async () => {
          await mkdir(join(outputDir, '000001.png', 'in-the-way'), { recursive: true });
        },
      },
    );
    const path = join(outputDir, '000001.own.1.part');
    expect(outcome).toMatchObject({ kind: 'done', unplaced: { path } });
    expect(large(2).length).toBe((await readFile(path)).length);
  });

  it('frees its slot when its body has ended, not when the disk has it', async () => {
    server.reply(json({ data: [{ b64_json: large(7).toString('base64') }] }));
    const real = createDisk();
    let waiting = 0;
    let waitingThen = 0;
    const disk: Disk = {
      ...real,
      wait(bytes) {
        waiting += bytes;
        real.wait(bytes);
      },
    };
    const onAnswered = () => {
      waitingThen = waiting;
    };
    expect((await carry({}, { disk, onAnswered })).outcome.kind).toBe('done');
    expect(waitingThen).toBeGreaterThanOrEqual(large(7).length);
    expect(waiting).toBe(0);
  });

  it('waits where more is under way than the budget allows, and all of them end', async () => {
    const bytes = large(8);
    server.reply(json({ data: [{ b64_json: bytes.toString('base64') }] }));
    // Each single one is beyond it.
    const disk = createDisk({ budgetBytes: 100_000 });
    const stems = Array.from({ length: 8 }, (_, at) => `many-${at}`);
    const outcomes = await Promise.all(stems.map((stem, at) => carry({ stem }, { disk, attemptId: at + 1 })));
    expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(stems.map(() => 'done'));
    expect((await readdir(outputDir)).toSorted()).toEqual(stems.map((stem) => `${stem}.png`).toSorted());
  });
});

describe('an order that is cut off', () => {
  it('once its body had left is lost: nobody knows whether it is charged', async () => {
    const stop = new AbortController();
    server.reply(() => {
      stop.abort();
      return { kind: 'hang' };
    });
    expect((await carry({}, { signal: stop.signal })).outcome).toEqual({ kind: 'lost' });
  });

  it('before that has sent nothing', async () => {
    const { outcome } = await carry({}, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'network', bodySent: false } });
    expect(server.begun()).toBe(0);
  });

  it('when its picture is there keeps it', async () => {
    const stop = new AbortController();
    server.reply(json({ data: [{ b64_json: large(9).toString('base64') }] }));
    const { outcome } = await carry({}, { signal: stop.signal, onAnswered: () => stop.abort() });
    expect(outcome.kind).toBe('done');
  });
});

describe('input images', () => {
  const photo = Buffer.concat([png(1), randomBytes(1_000_001)]);

  it.each([
    ['chat', { imagesVia: 'chat' }],
    ['a form', {}],
  ] as const)('go from disk into %s byte by byte, again with each attempt', async (via, options) => {
    await writeFile(join(outputDir, 'in.png'), photo);
    await writeFile(join(outputDir, 'small.png'), png(2));
    server.reply(json({ data: [{ b64_json: DATA }] }));
    const order: Partial<PictureOrder> = {
      task: 'edit',
      inputs: ['in.png', 'small.png'],
      endpoint: endpoint('openai', server.url, { options }),
      input: {
        baseDir: outputDir,
        roots: 'all',
        allowPrivateUrls: false,
        imageCacheDir: null,
        embeddedDir: '',
      },
    };
    for (const [attempt, expected] of [photo, Buffer.concat([photo, Buffer.from('x')])].entries()) {
      await writeFile(join(outputDir, 'in.png'), expected);
      expect((await carry(order)).outcome.kind).toBe('done');
      const received = server.requests[attempt];
      const body = received?.body ?? Buffer.alloc(0);
      expect(received?.headers['content-length']).toBe(String(body.length));
      const sent = via === 'chat' ? Buffer.from(expected.toString('base64')) : expected;
      expect(body.includes(sent)).toBe(true);
      expect(body.includes(via === 'chat' ? png(2).toString('base64') : png(2))).toBe(true);
      expect(body.includes('brushfleet-input')).toBe(false);
    }
  });
});
