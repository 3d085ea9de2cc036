/** The studio of a real service over a real app, with the demo server as its provider, and pages that speak to it over sockets. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract, Grant } from '@shared/contract';
import type { Recipe } from '@shared/model/run';
import { type Dispatcher, WebSocket } from 'undici';
import {
  addTestKeys,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../../../app/testing/test-library';
import { createDemoServer } from '../../../demo/demo-server';
import type { Service } from '../../service';
import type { TlsFiles } from '../../settings';
import { type ServiceOver, startForTokens } from '../../testing/service-over';
import { CALL_HEADER } from '../call-scope';
import type { Offer } from '../downloads';
import { studioRoutes } from '../studio-routes';
import type { UploadLimits } from '../uploads';

export interface Page {
  readonly client: ContractRouterClient<Contract>;
  readonly socket: WebSocket;
  /** The code it was closed with. */
  readonly closed: Promise<number>;
}

export interface StudioScene {
  readonly library: TestLibrary;
  readonly service: Service;
  readonly address: string;
  readonly token: string;
  readonly tokenId: string;
  /** What `login` answers is the value of the Cookie header. */
  login(token?: string): Promise<string>;
  get(path: string, cookie?: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  upload(files: FormData, cookie: string, query?: string): Promise<readonly Grant[]>;
  offers(callId: string, cookie: string): Promise<readonly Offer[]>;
  send(path: string, body: FormData | string | null, cookie: string): Promise<Response>;
  /** Rejects where the upgrade is refused. `callId`: of every call of this page. */
  open(cookie: string, options?: OpenOptions): Promise<Page>;
  remove(): Promise<void>;
}

interface SceneOptions {
  readonly tls?: TlsFiles;
  readonly uploadLimits?: UploadLimits;
}

interface OpenOptions {
  readonly origin?: string;
  readonly callId?: string;
  readonly dispatcher?: Dispatcher;
}

/** A picture for each prompt, of the demo server. */
export const RECIPE: Recipe = {
  task: 't2i',
  models: [{ provider: 'openai', model: 'gpt-image-1' }],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
};

export const PAGE = '<!doctype html><title>the page</title>';

export async function openStudioScene({ tls, uploadLimits }: SceneOptions = {}): Promise<StudioScene> {
  const demo = createDemoServer({ latencyMs: 0 });
  const [{ url }, library] = await Promise.all([demo.start(), openTestLibrary()]);
  const { app } = library;
  await app.saveSettings({ retryDelayMs: 1 });
  await app.fleet.save(
    testEndpoint({ id: 'o', provider: 'openai', baseUrl: `${url}/v1`, timeoutMs: 20_000 }),
  );
  await addTestKeys(app, 'o', 'studio-test-key-0001');
  const rendererDir = join(library.folder, 'renderer');
  await mkdir(join(rendererDir, 'assets'), { recursive: true });
  await writeFile(join(rendererDir, 'index.html'), PAGE);
  await writeFile(join(rendererDir, 'assets', 'index-0123abcd.js'), 'export {};');
  await writeFile(join(library.folder, 'secret.html'), 'secret');
  const studio = studioRoutes({
    version: '1.2.3',
    isTls: tls !== undefined,
    rendererDir,
    ...(uploadLimits === undefined ? {} : { uploadLimits }),
    status: () => over.service.status(),
  });
  const over: ServiceOver = await startForTokens({
    app,
    version: '1.2.3',
    config: { tls },
    plugins: [studio],
  });
  const { service, url: address } = over;
  const { token, secret } = await app.tokens.add({ name: 'a colleague', caps: {} });
  return {
    library,
    service,
    address,
    token: secret.reveal(),
    tokenId: token.id,
    async login(given = secret.reveal()) {
      const answer = await fetch(`${address}/app/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: given }),
      });
      if (answer.status !== 204) {
        throw new Error(`login: ${answer.status} ${await answer.text()}`);
      }
      return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    get: (path, cookie = '', headers = {}) =>
      fetch(`${address}${path}`, { headers: { cookie, ...headers }, redirect: 'manual' }),
    send: (path, body, cookie) => fetch(`${address}${path}`, { method: 'POST', headers: { cookie }, body }),
    async upload(files, cookie, query = '') {
      const answer = await fetch(`${address}/app/files${query}`, {
        method: 'POST',
        headers: { cookie },
        body: files,
      });
      return (await answer.json()) as Grant[];
    },
    async offers(callId, cookie) {
      const answer = await fetch(`${address}/app/downloads?call=${callId}`, { headers: { cookie } });
      return (await answer.json()) as Offer[];
    },
    open: (cookie, options) => openPage(address, cookie, options),
    async remove() {
      await service.stop();
      await library.remove();
      await demo.close();
    },
  };
}

function openPage(
  address: string,
  cookie: string,
  { origin = address, callId, dispatcher }: OpenOptions = {},
): Promise<Page> {
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/app/ws`, {
    headers: { cookie, origin },
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the upgrade was refused')));
    socket.addEventListener('open', () => {
      const link = new RPCLink({
        // As a browser's own, but for its types.
        websocket: socket as unknown as globalThis.WebSocket,
        headers: callId === undefined ? {} : { [CALL_HEADER]: callId },
      });
      resolve({ client: createORPCClient(link), socket, closed });
    });
  });
}
