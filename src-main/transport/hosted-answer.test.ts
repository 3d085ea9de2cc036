/** A picture behind an answer that only names its address: fetched with patience, and never made anew. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_INPUT_IMAGE_BYTES } from '../images/largest-input';
import { createVirtualClock, type VirtualClock } from '../engine/testing/virtual-clock';
import { endpoint, PLAIN_KEY, png } from '../providers/testing/calls';
import {
  answer,
  json,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../providers/testing/scripted-server';
import type { PictureOrder } from './order';
import { FACTS, LIMITS, pictureCarrier, pictureOrder, USAGE } from './testing/picture-carrier';

let server: ScriptedServer;
let outputDir = '';
beforeEach(async () => {
  server = await startScriptedServer();
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-hosted-'));
});
afterEach(async () => {
  await server.close();
  await rm(outputDir, { recursive: true, force: true });
});

interface Surroundings {
  readonly clock?: VirtualClock;
  readonly signal?: AbortSignal;
}

function carry(changes: Partial<PictureOrder> = {}, around: Surroundings = {}) {
  const order = pictureOrder(server.url, { outputDir, ...changes });
  return pictureCarrier(around).carry(1, order, {
    signal: around.signal ?? new AbortController().signal,
    leaving: () => undefined,
    bodySent: () => undefined,
    answered: () => undefined,
    received: () => Promise.resolve(),
    partial: () => undefined,
  });
}

describe('an order', () => {
  it('whose picture lies beside its endpoint keeps what its answer told', async () => {
    server.reply(({ path }) =>
      path === '/picture.png'
        ? answer(200, png(7))
        : json({ data: [{ url: `${server.url}/picture.png` }], usage: USAGE }, 200, LIMITS),
    );
    expect(await carry()).toMatchObject({
      kind: 'done',
      usage: { inputTokens: 9, outputTokens: 400 },
      facts: FACTS,
    });
    expect(await readFile(join(outputDir, '000001.png'))).toEqual(png(7));
  });

  it('whose picture is gone blames the endpoint, not the row, and is not made anew', async () => {
    server.reply(({ path }) =>
      path === '/picture.png?secret=1'
        ? answer(404, '')
        : json({ data: [{ url: `${server.url}/picture.png?secret=1` }] }, 200, LIMITS),
    );
    const outcome = await carry();
    expect(outcome).toEqual({
      kind: 'failed',
      isMade: true,
      costUsd: null,
      failure: {
        kind: 'malformed',
        message:
          'The picture was made and may be charged, but it could not be fetched: ' +
          `${server.url}/picture.png answered with HTTP status 404; check that it is still there.`,
        bodySent: true,
      },
      facts: FACTS,
    });
    expect(server.begun()).toBe(2);
  });

  it('whose picture redirects to another private address is fetched from there only where that is allowed', async () => {
    const other = await startScriptedServer();
    try {
      other.reply(answer(200, png(7)));
      server.reply(({ path }) =>
        path === '/picture.png'
          ? answer(302, '', { location: `${other.url}/inside.png` })
          : json({ data: [{ url: `${server.url}/picture.png` }] }),
      );
      expect(await carry()).toMatchObject({ kind: 'failed', isMade: true });
      expect(other.begun()).toBe(0);
      const { input } = pictureOrder(server.url, { outputDir });
      expect(await carry({ input: { ...input, allowPrivateUrls: true } })).toMatchObject({ kind: 'done' });
    } finally {
      await other.close();
    }
  });

  it('may have a picture as large as one that stands in its answer', async () => {
    const large = Buffer.concat([png(7), Buffer.alloc(MAX_INPUT_IMAGE_BYTES), png(7)]);
    server.reply(({ path }) =>
      path === '/picture.png' ? answer(200, large) : json({ data: [{ url: `${server.url}/picture.png` }] }),
    );
    expect(await carry()).toMatchObject({ kind: 'done', file: { sizeBytes: large.byteLength } });
  });

  describe('whose picture does not come at once', () => {
    const post = () => json({ data: [{ url: `${server.url}/picture.png` }], usage: USAGE });
    /** What is asked for the picture, one after the other; the last for ever. */
    function hosted(...replies: Script[]): { asked: number; clock: VirtualClock } {
      const seen = { asked: 0, clock: createVirtualClock() };
      server.reply(({ path }) => {
        if (path !== '/picture.png') {
          return post();
        }
        seen.asked += 1;
        return replies[Math.min(seen.asked, replies.length) - 1] ?? post();
      });
      return seen;
    }
    /** Time passes only while nothing but time can bring it on. */
    async function pass(clock: VirtualClock, over: Promise<unknown>): Promise<number> {
      let isOver = false;
      void over.finally(() => {
        isOver = true;
      });
      const start = clock.now();
      for (;;) {
        await expect.poll(() => isOver || clock.timers > 0, { interval: 2 }).toBe(true);
        if (isOver) {
          return clock.now() - start;
        }
        await clock.runAll(60_000);
      }
    }

    it('is fetched again, and asked for once', async () => {
      const seen = hosted(
        answer(503, ''),
        answer(429, ''),
        { kind: 'half', body: 'half', bytes: 900, then: 'close' },
        answer(200, png(7)),
      );
      const carried = carry({}, { clock: seen.clock });
      expect(await pass(seen.clock, carried)).toBe(3500);
      expect(await carried).toMatchObject({ kind: 'done', usage: { outputTokens: 400 } });
      expect([seen.asked, server.begun()]).toEqual([4, 5]);
      expect(await readFile(join(outputDir, '000001.png'))).toEqual(png(7));
    });

    it.each([
      [60_000, 6],
      [2000, 3],
    ])('is given up after a few tries within %i ms, and not made anew', async (timeoutMs, tries) => {
      const seen = hosted(answer(502, ''));
      const order = { endpoint: endpoint('openai', server.url, { timeoutMs }) };
      const carried = carry(order, { clock: seen.clock });
      expect(await pass(seen.clock, carried)).toBeLessThan(timeoutMs);
      expect(await carried).toMatchObject({ kind: 'failed', isMade: true });
      expect(seen.asked).toBe(tries);
    });

    it('is let be when it is cut off meanwhile', async () => {
      const seen = hosted(answer(503, ''));
      const stop = new AbortController();
      const carried = carry({}, { clock: seen.clock, signal: stop.signal });
      await expect.poll(() => seen.clock.timers).toBe(1);
      stop.abort();
      expect(await carried).toEqual({ kind: 'lost' });
      expect([seen.asked, seen.clock.timers]).toEqual([1, 0]);
    });
  });

  it('shows no key that its answer wrote into the address of the picture', async () => {
    server.reply(json({ data: [{ url: `${server.url}/${PLAIN_KEY}` }] }));
    const outcome = await carry();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' }, isMade: true });
    expect(JSON.stringify(outcome)).not.toContain(PLAIN_KEY);
  });
});
