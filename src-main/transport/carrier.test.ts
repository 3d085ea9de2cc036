/** An order from its inputs to its file, with a real adapter over a real socket. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAdapters } from '../providers';
import { Secret } from '../providers/secret';
import { endpoint, PLAIN_KEY, png } from '../providers/testing/calls';
import { answer, json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { createCarrier } from './carrier';
import type { Order } from './order';

const LIMITS = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '7' };
const FACTS = { requests: { limit: 60, remaining: 7 } };
const USAGE = { input_tokens: 9, output_tokens: 400 };
const DATA = png(5).toString('base64');

let server: ScriptedServer;
let outputDir = '';
const adapters = createAdapters();
const dispatcher = new Agent();
beforeEach(async () => {
  server = await startScriptedServer();
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-carrier-'));
});
afterEach(async () => {
  await server.close();
  await rm(outputDir, { recursive: true, force: true });
});

async function carry(changes: Partial<Order> = {}) {
  const told: string[] = [];
  const carrier = createCarrier({
    adapter: (order) => adapters[order.endpoint.provider],
    dispatcher: () => dispatcher,
    secret: (value) => new Secret(value),
    load: (reference) =>
      Promise.resolve({ kind: 'failed', failure: { kind: 'bad_input', message: `no ${reference}` } }),
    signal: new AbortController().signal,
  });
  const order: Order = {
    task: 't2i',
    endpoint: endpoint('openai', server.url),
    secret: PLAIN_KEY,
    model: 'm',
    prompt: 'a red barn',
    inputs: [],
    mask: null,
    aspectRatio: null,
    imageSize: null,
    responseFormat: null,
    input: { baseDir: '', roots: 'all', allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
    outputDir,
    stem: '000001',
    ...changes,
  };
  const outcome = await carrier.carry(1, order, {
    bodySent: () => told.push('bodySent'),
    answered: () => told.push('answered'),
    received: () => {
      told.push('received');
      return Promise.resolve();
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

  it('whose picture lies beside its endpoint keeps what its answer told', async () => {
    server.reply(({ path }) =>
      path === '/picture.png'
        ? answer(200, png(7))
        : json({ data: [{ url: `${server.url}/picture.png` }], usage: USAGE }, 200, LIMITS),
    );
    expect((await carry()).outcome).toMatchObject({
      kind: 'done',
      usage: { inputTokens: 9, outputTokens: 400 },
      facts: FACTS,
    });
    expect(await readFile(join(outputDir, '000001.png'))).toEqual(png(7));
  });

  it('whose picture is gone blames the endpoint, not the row', async () => {
    server.reply(({ path }) =>
      path === '/picture.png'
        ? answer(404, '')
        : json({ data: [{ url: `${server.url}/picture.png` }] }, 200, LIMITS),
    );
    expect((await carry()).outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'malformed', bodySent: true },
      facts: FACTS,
    });
  });

  it('shows no key that its answer wrote into the address of the picture', async () => {
    server.reply(json({ data: [{ url: `${server.url}/${PLAIN_KEY}` }] }));
    const { outcome } = await carry();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
    expect(JSON.stringify(outcome)).not.toContain(PLAIN_KEY);
  });

  it('whose input is missing sends nothing', async () => {
    const { outcome, told } = await carry({ task: 'edit', inputs: ['a.png'] });
    expect(outcome).toEqual({ kind: 'failed', failure: { kind: 'bad_input', message: 'no a.png' } });
    expect(told).toEqual([]);
    expect(server.begun()).toBe(0);
  });

  it('names no limits where its answer named none', async () => {
    server.reply(json({ data: [{ b64_json: DATA }] }));
    expect((await carry()).outcome).not.toHaveProperty('facts');
  });
});
