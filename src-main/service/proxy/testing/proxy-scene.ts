/** The proxy of a real service over a real app, with the demo server as its provider, and the official SDKs as clients. */
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { ServiceStatus } from '@shared/contract/service';
import type { Endpoint } from '@shared/model/endpoint';
import type { TokenDraft } from '../../../app/access/tokens';
import {
  addTestKeys,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../../../app/testing/test-library';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../../demo/demo-server';
import { startForTokens } from '../../testing/service-over';
import { proxyRoutes } from '../proxy-routes';

export interface ProxyScene {
  readonly library: TestLibrary;
  readonly demo: DemoServer;
  readonly address: string;
  readonly token: string;
  readonly tokenId: string;
  openai(token?: string): OpenAI;
  google(token?: string): GoogleGenAI;
  /** With the token, as JSON. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  addToken(draft: TokenDraft): Promise<{ readonly id: string; readonly token: string }>;
  /** Requests that asked for something. */
  sent(): DemoServer['requests'];
  status(): Extract<ServiceStatus, { kind: 'on' }>;
  remove(): Promise<void>;
}

export interface SceneOptions {
  readonly demo?: DemoServerOptions;
  readonly endpoints?: readonly Partial<Endpoint>[];
  readonly keys?: readonly string[];
  readonly limit?: number;
  /** In place of the demo server: its address. */
  readonly upstream?: string;
}

/** Two endpoints of the demo server: `g` speaks Gemini's protocol, `o` OpenAI's. */
export async function openProxyScene({
  demo: demoOptions = {},
  endpoints = [
    { id: 'g', provider: 'google_genai' },
    { id: 'o', provider: 'openai' },
  ],
  keys = ['proxy-test-key-0001'],
  limit = 15,
  upstream,
}: SceneOptions = {}): Promise<ProxyScene> {
  const demo = createDemoServer({ latencyMs: 0, ...demoOptions });
  const [{ url }, library] = await Promise.all([demo.start(), openTestLibrary()]);
  const { app } = library;
  await app.saveSettings({ retryDelayMs: 1 });
  for (const endpoint of endpoints) {
    const host = upstream ?? url;
    const baseUrl = endpoint.provider === 'openai' ? `${host}/v1` : host;
    const saved = testEndpoint({ baseUrl, timeoutMs: 20_000, ...endpoint });
    await app.fleet.save(saved);
    await addTestKeys(app, saved.id, ...keys.map((key) => `${key}-${saved.id}`));
  }
  const { service, url: address } = await startForTokens({
    app,
    version: 'test',
    config: { limit },
    plugins: [proxyRoutes],
  });
  const addToken = async (draft: TokenDraft) => {
    const { token, secret } = await app.tokens.add(draft);
    return { id: token.id, token: secret.reveal() };
  };
  const { id: tokenId, token } = await addToken({ name: 'tests', caps: {} });
  return {
    library,
    demo,
    address,
    token,
    tokenId,
    openai: (apiKey = token) => new OpenAI({ apiKey, baseURL: `${address}/v1`, maxRetries: 0 }),
    google: (apiKey = token) =>
      new GoogleGenAI({ apiKey, httpOptions: { baseUrl: address, apiVersion: 'v1beta' } }),
    post: (path, body, headers = {}) =>
      fetch(`${address}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    addToken,
    sent: () => demo.requests.filter(({ method }) => method === 'POST'),
    status() {
      const now = service.status();
      if (now.kind !== 'on') {
        throw new Error(JSON.stringify(now));
      }
      return now;
    },
    async remove() {
      await service.stop();
      await library.remove();
      await demo.close();
    },
  };
}
