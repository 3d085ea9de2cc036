import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markedPng, readMark } from './marked-png.mjs';
import { startMockProvider } from './start-mock-provider.mjs';

let provider: Awaited<ReturnType<typeof startMockProvider>>;

beforeAll(async () => {
  provider = await startMockProvider({ latencyMs: 20, pngBytes: 30_000 });
});
beforeEach(() => provider.reset());
afterAll(async () => void (await provider.close()));

async function gemini(text: string): Promise<Buffer> {
  const client = new GoogleGenAI({
    apiKey: 'k',
    httpOptions: { baseUrl: provider.url, apiVersion: 'v1beta' },
  });
  const picture = { inlineData: { mimeType: 'image/png', data: Buffer.alloc(50_000, 7).toString('base64') } };
  const response = await client.models.generateContent({
    model: 'm',
    contents: [{ parts: [{ text }, picture] }],
  });
  return Buffer.from(response.candidates?.[0]?.content?.parts?.[0]?.inlineData?.data ?? '', 'base64');
}

describe('markedPng', () => {
  it('is a real PNG of about the size asked for', async () => {
    const png = markedPng(975_000);
    expect(png.length).toBeGreaterThan(950_000);
    expect(png.length).toBeLessThan(1_000_000);
    expect((await sharp(png).stats()).channels[0]?.stdev).toBeGreaterThan(20);
    expect(readMark(png)).toBe(0);
    expect(readMark(new Uint8Array(100))).toBeNaN();
  });
});

describe('the mock provider', () => {
  it('answers each row with a whole picture that bears its number', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => row * 37);
    const pictures = await Promise.all(rows.map((row) => gemini(`Make it blue, row ${row}.`)));
    expect(pictures.map(readMark)).toEqual(rows);
    // A wrong checksum of the patched chunk would be refused here.
    const decoded = await Promise.all(
      pictures.map((picture) => sharp(picture, { failOn: 'warning' }).stats()),
    );
    expect(decoded).toHaveLength(30);
  });

  it('answers the Images API, whether the prompt stands before or after the picture', async () => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 });
    const image = await toFile(Buffer.alloc(200_000, 7), 'a.png', { type: 'image/png' });
    for (const order of [
      { prompt: 'Blue, row 4711', image },
      { image, prompt: 'Blue, row 4711' },
    ]) {
      const response = await client.images.edit({ model: 'm', ...order });
      expect(readMark(Buffer.from(response.data?.[0]?.b64_json ?? '', 'base64'))).toBe(4711);
    }
  });

  it('answers chat completions and the list of models', async () => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 });
    const response = await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'row 5' }],
    });
    const message: unknown = response.choices[0]?.message;
    const { images } = message as { images: { image_url: { url: string } }[] };
    expect(readMark(Buffer.from(images[0]?.image_url.url.split(',')[1] ?? '', 'base64'))).toBe(5);
    expect((await client.models.list()).data[0]?.id).toBe('mock');
  });

  it('counts what it received', async () => {
    await Promise.all([1, 2, 3, 4].map((row) => gemini(`row ${row}`)));
    const stats = await provider.stats();
    expect(stats).toMatchObject({ requests: 4, answered: 4, inFlight: 0 });
    expect(stats.peakInFlight).toBeGreaterThanOrEqual(2);
    expect(stats.lastAnswerAt ?? 0).toBeGreaterThanOrEqual((stats.firstRequestAt ?? 0) + 19);
    expect(stats.bytesIn).toBeGreaterThan(4 * 66_000);
  });

  it('prints its figures when it ends', async () => {
    const path = fileURLToPath(new URL('./mock-provider.mjs', import.meta.url));
    const child = spawn(process.execPath, [path, '--bytes', '3000'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('listening')) {
        child.stdin.end();
      }
    });
    await once(child, 'exit');
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(lines.map(({ kind }) => kind)).toEqual(['listening', 'stats']);
  });
});
