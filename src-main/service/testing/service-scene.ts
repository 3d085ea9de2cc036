/** The service of a real app on a real port, before a scripted Gemini server that keeps what it was sent. */
import type { FastifyPluginAsync } from 'fastify';
import type { App } from '../../app';
import {
  type ReceivedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../../app/testing/test-library';
import { promptOf, said } from '../../app/sessions/testing/session-scene';
import { createService, type Service } from '../service';
import { type GivenConfig, readConfig } from '../settings';

export const ADMIN = 'admin-key-of-the-tests';
export const POOL_KEY = 'AIza-pool-key-0001';

export interface SceneOptions {
  readonly keys?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: GivenConfig;
  readonly limit?: number;
  readonly plugins?: readonly ((app: App) => FastifyPluginAsync)[];
}

export interface ServiceScene {
  readonly upstream: ScriptedServer;
  readonly library: TestLibrary;
  readonly service: Service;
  readonly url: string;
  /** As the admin, JSON. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** What arrived at the provider since `forget`, in its order. */
  received(): readonly ReceivedRequest[];
  prompts(): readonly string[];
  /** What arrived so far counts no more, and the provider answers as at first. */
  forget(): void;
  /** Another service on the same library. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export const admin = { 'admin-api-key': ADMIN } as const;

export async function openServiceScene(options: SceneOptions = {}): Promise<ServiceScene> {
  const [upstream, library] = await Promise.all([startScriptedServer(), openTestLibrary()]);
  upstream.reply(said);
  const { app } = library;
  await app.fleet.save(testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: upstream.url }));
  await addTestKeys(app, 'g', ...(options.keys ?? [POOL_KEY]));
  await app.saveSettings({ retryDelayMs: 1 });
  const env = {
    ADMIN_API_KEY: ADMIN,
    GOOGLE_GEMINI_BASE_URL: upstream.url,
    OPENAI_BASE_URL: upstream.url,
    ...(options.limit === undefined ? {} : { GEMINI_CONCURRENCY_LIMIT: String(options.limit) }),
    ...options.env,
  };
  const start = async (): Promise<{ service: Service; url: string }> => {
    const read = readConfig(env, { port: 0, ...options.config });
    if (read.kind === 'refused') {
      throw new Error(read.sentence);
    }
    const service = createService({
      app,
      version: '1.2.3',
      env,
      config: read.config,
      ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    });
    const status = await service.start();
    if (status.kind !== 'on') {
      throw new Error(JSON.stringify(status));
    }
    return { service, url: status.address };
  };
  let now = await start();
  let from = 0;
  const received = (): readonly ReceivedRequest[] => upstream.requests.slice(from);
  return {
    upstream,
    library,
    get service() {
      return now.service;
    },
    get url() {
      return now.url;
    },
    post: (path, body, headers = admin) =>
      fetch(`${now.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (path, headers = {}) => fetch(`${now.url}${path}`, { headers }),
    received,
    prompts: () => received().map(promptOf),
    forget() {
      upstream.reply(said);
      from = upstream.requests.length;
    },
    async restart() {
      await now.service.stop();
      now = await start();
    },
    async remove() {
      await now.service.stop();
      await library.remove();
      await upstream.close();
    },
  };
}

/** With three keys that have answered: one that has not yet gets a single request at a time. */
export async function openWarmScene(limit: number): Promise<ServiceScene> {
  const keys = ['AIza-pool-key-0001', 'AIza-pool-key-0002', 'AIza-pool-key-0003'];
  const scene = await openServiceScene({ limit, keys });
  await scene.post('/batch/chat', { requests: Array.from({ length: 12 }, () => ({ prompt: 'warm' })) });
  scene.forget();
  return scene;
}

/** The key that a request carried. */
export function keyOf({ headers }: ReceivedRequest): string | undefined {
  const key = headers['x-goog-api-key'];
  return typeof key === 'string' ? key : undefined;
}
