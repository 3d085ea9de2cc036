import { afterEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from './demo-server';
import { refusal } from './refusals';
import { pixelsOf, testPicture } from './testing/pictures';
import type { Fault } from './script';

const INPUT = (await testPicture()).toString('base64');
const open: DemoServer[] = [];

async function serve(options: DemoServerOptions = {}): Promise<{ url: string; server: DemoServer }> {
  const server = createDemoServer({ latencyMs: 0, ...options });
  open.push(server);
  return { url: (await server.start()).url, server };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface GeminiAnswer {
  readonly candidates?: readonly {
    readonly finishReason: string;
    readonly content?: { readonly parts: readonly GeminiPart[] };
  }[];
  readonly parts?: readonly GeminiPart[];
}
interface GeminiPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly inlineData?: { readonly data: string };
  readonly fileData?: { readonly fileUri: string };
}

function gemini(url: string, text: string, headers: Record<string, string> = {}): Promise<Response> {
  const parts = [{ text }, { inlineData: { mimeType: 'image/png', data: INPUT } }];
  return fetch(`${url}/v1beta/models/m:generateContent`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ contents: [{ parts }] }),
  });
}

function images(url: string, prompt: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ model: 'm', prompt, size: '256x256' });
  return fetch(`${url}/v1/images/generations`, { method: 'POST', headers, body });
}

async function partsWith(fault: Fault): Promise<readonly GeminiPart[]> {
  const { url } = await serve({ script: () => fault });
  const answer = (await (await gemini(url, 'Flip it')).json()) as GeminiAnswer;
  return answer.candidates?.[0]?.content?.parts ?? answer.parts ?? [];
}

describe('the words of the demo', () => {
  it('are refused by the safety policy', async () => {
    const { url } = await serve();
    const answer = (await (await gemini(url, 'Add something forbidden')).json()) as GeminiAnswer;
    expect(answer.candidates?.[0]?.finishReason).toBe('IMAGE_SAFETY');
    const refused = await images(url, 'Something forbidden');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: 'moderation_blocked' } });
  });

  it('are answered in words alone', async () => {
    const { url } = await serve();
    const answer = (await (await gemini(url, 'Describe it, text only')).json()) as GeminiAnswer;
    expect(answer.candidates?.[0]?.content?.parts).toEqual([{ text: expect.any(String) }]);
    expect(await (await images(url, 'text only')).json()).toMatchObject({ data: [] });
  });

  it('overload it, every time', async () => {
    const { url } = await serve();
    for (const _ of [1, 2, 3]) {
      expect((await gemini(url, 'Overload the sky with stars')).status).toBe(503);
    }
    expect((await images(url, 'Overload the sky')).status).toBe(503);
  });

  it('break the answer', async () => {
    const { url } = await serve();
    const answer = await images(url, 'Give me a broken answer');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^<!doctype html>/);
  });
});

describe('the keys of the demo', () => {
  it.each([
    ['demo-out-of-quota', 429, /PerDay/],
    ['demo-rate-limited', 429, /PerMinute/],
    ['demo-no-credit', 429, /"quotaValue":"0"/],
    ['demo-invalid', 400, /API_KEY_INVALID/],
  ])('%s', async (key, status, body) => {
    const { url } = await serve();
    const answer = await gemini(url, 'Flip it', { 'x-goog-api-key': `${key}-1` });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(body);
  });

  it('fail with the OpenAI protocol too', async () => {
    const { url } = await serve();
    const answer = await images(url, 'Flip it', { authorization: 'Bearer demo-rate-limited' });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('12');
  });
});

describe('a script', () => {
  it('sees the request, and its attempt', async () => {
    const seen: unknown[] = [];
    const { url } = await serve({
      script: (request) => {
        seen.push(request);
        return request.attempt === 1 ? refusal('quota_minute', request.protocol) : null;
      },
    });
    const headers = { 'x-goog-api-key': 'the-key' };
    expect((await gemini(url, 'Flip it', headers)).status).toBe(429);
    expect((await gemini(url, 'Flip it', headers)).status).toBe(200);
    expect(seen[1]).toEqual({
      protocol: 'google_genai',
      via: 'generateContent',
      asks: 'picture',
      model: 'm',
      prompt: 'Flip it',
      key: 'the-key',
      attempt: 2,
      imageCount: 1,
    });
  });

  it('answers with any status, body and headers', async () => {
    const { url, server } = await serve({
      script: () => ({ status: 418, body: { error: 'teapot' }, headers: { 'x-tea': 'green' } }),
    });
    const answer = await images(url, 'x');
    expect([answer.status, answer.headers.get('x-tea'), await answer.json()]).toEqual([
      418,
      'green',
      { error: 'teapot' },
    ]);
    expect(server.requests[0]?.status).toBe(418);
  });

  it('hangs until the client gives up', async () => {
    const { url, server } = await serve({ script: () => ({ hang: true }) });
    const signal = AbortSignal.timeout(200);
    await expect(
      fetch(`${url}/v1/images/generations`, { method: 'POST', body: '{"prompt":"x"}', signal }),
    ).rejects.toThrow();
    await expect.poll(() => server.inFlight).toBe(0);
    expect(server.requests[0]).toMatchObject({ status: null });
  });

  it('resets before the answer', async () => {
    const { url } = await serve({ script: () => ({ reset: 'before' }) });
    await expect(images(url, 'x')).rejects.toThrow('fetch failed');
  });

  it('resets in the middle of the answer', async () => {
    const { url } = await serve({ script: () => ({ reset: 'midBody' }) });
    const answer = await images(url, 'x');
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  it('delays an answer', async () => {
    const { url, server } = await serve({ script: () => ({ latencyMs: 120 }) });
    await images(url, 'x');
    const [request] = server.requests;
    await expect.poll(() => server.requests[0]?.endedAt).not.toBeNull();
    expect((server.requests[0]?.endedAt ?? 0) - (request?.startedAt ?? 0)).toBeGreaterThanOrEqual(119);
  });

  it('wraps a picture as relays do', async () => {
    const [markdown] = await partsWith({ shape: 'textDataUrl' });
    expect(markdown?.text).toMatch(/!\[image\]\(data:image\/png;base64,/);
    const thoughts = await partsWith({ shape: 'thoughtFirst' });
    expect(thoughts.map(({ thought, inlineData }) => [thought === true, inlineData !== undefined])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
    const [flagged] = await partsWith({ shape: 'thoughtOnly' });
    expect(flagged?.thought).toBe(true);
  });

  it('puts parts beside the candidates', async () => {
    const { url } = await serve({ script: () => ({ shape: 'topLevelParts' }) });
    const answer = (await (await gemini(url, 'Flip it')).json()) as GeminiAnswer;
    expect(answer.candidates).toBeUndefined();
    expect(answer.parts?.[0]?.inlineData?.data).toBeDefined();
  });

  it('hosts the picture it names', async () => {
    const { url } = await serve({ script: () => ({ shape: 'fileUri' }) });
    const gem = (await (await gemini(url, 'Flip it')).json()) as GeminiAnswer;
    const openai = (await (await images(url, 'x')).json()) as { data: { url: string }[] };
    for (const hosted of [gem.candidates?.[0]?.content?.parts[0]?.fileData?.fileUri, openai.data[0]?.url]) {
      const file = await fetch(hosted ?? '');
      expect(file.headers.get('content-type')).toBe('image/png');
      expect((await pixelsOf(Buffer.from(await file.arrayBuffer()))).width).toBeGreaterThan(0);
    }
  });
});

describe('files', () => {
  it('are served as they were given', async () => {
    const { url, server } = await serve({
      files: { 'a b.txt': { bytes: Buffer.from('one'), mimeType: 'text/plain' } },
    });
    expect(await (await fetch(`${url}/files/a%20b.txt`)).text()).toBe('one');
    const second = server.host('two.txt', { bytes: Buffer.from('two'), mimeType: 'text/plain' });
    expect(await (await fetch(second)).text()).toBe('two');
    expect((await fetch(`${url}/files/three`)).status).toBe(404);
  });
});

describe('latency', () => {
  it('lies within its bounds and is the same in every run', async () => {
    const run = async (): Promise<readonly number[]> => {
      const drawn: number[] = [];
      const values = [0, 0.5, 0.999];
      const { url, server } = await serve({
        latencyMs: { min: 40, max: 80 },
        random: () => {
          const value = values[drawn.length % values.length] ?? 0;
          drawn.push(value);
          return value;
        },
      });
      await images(url, 'x');
      await expect.poll(() => server.requests[0]?.endedAt).not.toBeNull();
      expect(
        (server.requests[0]?.endedAt ?? 0) - (server.requests[0]?.startedAt ?? 0),
      ).toBeGreaterThanOrEqual(39);
      return drawn;
    };
    expect(await run()).toEqual([0]);
  });
});
