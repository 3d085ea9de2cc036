import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint, ProbeReport } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../providers/secret';
import { endpoint, GOOGLE_KEY, PLAIN_KEY, png } from '../../providers/testing/calls';
import {
  answer,
  json,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { createEndpointProbe } from './endpoint-probe';

const model: CatalogueModel = {
  id: 'm',
  provider: 'openai',
  label: 'M',
  state: 'current',
  tasks: ['t2i'],
  mask: false,
  sizes: ['1024x1024', '1536x1024'],
  ratios: ['1:1', '3:2'],
  priceUsd: {},
  tokenPriceUsd: { imageOut: 40, textIn: 5 },
  source: 'test',
};
const DATA = png(5).toString('base64');
const REQUEST = { model: 'm', prompt: 'a red barn' };

let server: ScriptedServer;
let probes: ReturnType<typeof createEndpointProbe>;
beforeEach(async () => {
  server = await startScriptedServer();
  probes = createEndpointProbe({
    catalogueModel: ({ provider }) => (provider === 'openai' ? model : undefined),
  });
});
afterEach(async () => {
  probes.close();
  await server.close();
});

function probe(provider: Provider, request = {}, changes: Partial<Endpoint> = {}): Promise<ProbeReport> {
  const key = provider === 'openai' ? PLAIN_KEY : GOOGLE_KEY;
  const to = endpoint(provider, server.url, { timeoutMs: 60_000, ...changes });
  return probes.probe(to, new Secret(key), { ...REQUEST, ...request });
}

function picture(provider: Provider, usage: object = {}) {
  return provider === 'openai'
    ? json({ data: [{ b64_json: DATA }], usage })
    : json({ candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: DATA } }] } }] });
}

describe('a probe', () => {
  it.each<Provider>(['openai', 'google_genai'])(
    'of %s tells what one request delivered',
    async (provider) => {
      server.reply(picture(provider));
      const report = await probe(provider);
      expect(report).toMatchObject({
        kind: 'ok',
        width: 1,
        height: 1,
        mimeType: 'image/png',
        picture: `data:image/png;base64,${DATA}`,
      });
      expect(server.requests).toHaveLength(1);
      expect(String(server.requests[0]?.body)).toContain('a red barn');
    },
  );

  it('tells its price by the catalogue, and none where nobody knows it', async () => {
    server.reply(picture('openai', { input_tokens: 10, output_tokens: 1000 }));
    const report = await probe('openai');
    expect(report.kind === 'ok' && report.costUsd).toBeCloseTo((1000 * 40 + 10 * 5) / 1e6, 9);
    server.reply(picture('google_genai'));
    expect(await probe('google_genai')).not.toHaveProperty('costUsd');
  });

  it('measures from the request to the picture', async () => {
    const startedAt = performance.now();
    server.reply({ kind: 'hang' });
    const report = await probe('openai', {}, { timeoutMs: 300 });
    expect(report).toMatchObject({ kind: 'failed', failure: { kind: 'timeout' } });
    expect(report.latencyMs).toBeGreaterThanOrEqual(290);
    // Whole milliseconds: what is reported is rounded.
    expect(report.latencyMs).toBeLessThanOrEqual(Math.ceil(performance.now() - startedAt));
  });

  it('asks each model for the nearest size that it offers', async () => {
    server.reply(picture('openai'));
    await probe('openai', { imageSize: '2K' });
    expect(JSON.parse(String(server.requests[0]?.body))).toMatchObject({ size: '1024x1024' });
    server.reply(picture('google_genai'));
    await probe('google_genai', { imageSize: '2K' });
    expect(String(server.requests[1]?.body)).toContain('"imageSize":"2K"');
  });

  it('fetches a picture that lies beside its endpoint', async () => {
    server.reply((request) =>
      request.path === '/picture.png'
        ? answer(200, png(7))
        : json({ data: [{ url: `${server.url}/picture.png` }] }),
    );
    expect(await probe('openai')).toMatchObject({
      kind: 'ok',
      picture: `data:image/png;base64,${png(7).toString('base64')}`,
    });
  });

  it('fetches none from another private address', async () => {
    server.reply(json({ data: [{ url: 'http://127.0.0.1:1/picture.png' }] }));
    expect(await probe('openai')).toMatchObject({
      kind: 'failed',
      failure: { kind: 'malformed', bodySent: true },
    });
  });

  it('says so when the picture is too large to be shown', async () => {
    const large = Buffer.concat([png(5), Buffer.alloc(8 * 1024 * 1024)]).toString('base64');
    server.reply(json({ data: [{ b64_json: large }] }));
    const report = await probe('openai', {}, { timeoutMs: 20_000 });
    expect(report).toMatchObject({
      kind: 'failed',
      failure: { kind: 'malformed', message: expect.stringContaining('8 MB') as string },
    });
  });

  it('shows no key, whatever the answer repeats', async () => {
    server.reply(json({ error: { message: `bad key ${PLAIN_KEY}` } }, 401));
    const report = await probe('openai');
    expect(report).toMatchObject({ kind: 'failed', failure: { kind: 'invalid_key' } });
    server.reply(json({ data: [{ url: `https://127.0.0.1:1/${PLAIN_KEY}/a.png` }] }));
    const hosted = await probe('openai');
    expect(hosted).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
    expect(JSON.stringify([report, hosted])).not.toContain(PLAIN_KEY);
  });

  it('ends with the program', async () => {
    server.reply(() => {
      probes.close();
      return { kind: 'hang' };
    });
    expect(await probe('openai')).toMatchObject({
      kind: 'failed',
      failure: { kind: 'network', providerCode: 'STOPPED' },
    });
  });
});
