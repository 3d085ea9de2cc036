/** The border as a hostile page meets it: a real app on a library of its own, the real router, the real wire. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { type ClientContext, createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { AnyContractProcedure, ContractRouterClient } from '@orpc/contract';
import { isProcedure, traverseContractProcedures } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { type AppEvent, type Contract, contract } from '@shared/contract';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type App, openApp } from './app';
import { Refusal } from './refusal';
import { type AppRouter, createRouter, type Shell } from './router';
import { noKeyring } from './vault/no-keyring';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const recipe = {
  task: 'edit',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: 'x',
  imageColumns: [],
  variants: 1,
};
const endpoint = {
  name: 'e',
  provider: 'openai',
  baseUrl: '',
  apiVersion: '',
  enabled: true,
  weight: 1,
  timeoutMs: 1000,
  limits: {},
  options: {},
};

/** One well-formed input for each procedure that takes any; whatever it names does not exist. */
const INPUTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'system.setTheme': { theme: 'dark' },
  'system.openLink': { url: 'https://example.test/' },
  'system.report': { message: 'm' },
  'settings.set': { concurrency: 1, workers: 1, logLevel: 'info', allowPrivateUrls: false },
  'files.pick': { purpose: 'dataset' },
  'datasets.open': { grant: UNKNOWN },
  'datasets.fromPrompts': { name: 'n', prompts: 'p' },
  'datasets.fromImages': { name: 'n', images: [new File(['x'], 'x.png')] },
  'datasets.rows': { datasetId: 9, offset: 0, limit: 1 },
  'models.add': {
    id: 'm',
    provider: 'openai',
    label: 'M',
    state: 'current',
    tasks: [],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    source: 's',
  },
  'models.remove': { provider: 'openai', id: 'm' },
  'runs.plan': { datasetId: 9, recipe, options: {} },
  'runs.start': { datasetId: 9, recipe, options: {} },
  'runs.resume': { runId: 9 },
  'runs.stop': { runId: 9 },
  'runs.rerunFailed': { runId: 9 },
  'runs.rerunJob': { jobId: 9 },
  'runs.preflight': { datasetId: 9, recipe, options: {} },
  'runs.cancel': { runId: 9, which: 'pending' },
  'runs.setPriority': { runId: 9, priority: 'high' },
  'runs.move': { runId: 9, place: 0 },
  'runs.setOptions': { runId: 9, options: {} },
  'runs.rerun': { runId: 9, which: { kind: 'unknown' } },
  'runs.jobs': { runId: 9, offset: 0, limit: 1 },
  'runs.job': { jobId: 9 },
  'runs.failures': { runId: 9 },
  'runs.showFolder': { runId: 9 },
  'runs.export': { runId: 9, format: 'csv' },
  'review.queue': { runId: 9, filter: 'all' },
  'review.counts': { runId: 9 },
  'review.exportFolder': { runId: 9, filter: 'all', grant: UNKNOWN },
  'review.set': { runId: 9, jobId: 9, resultId: 9, review: null },
  'results.gallery': { offset: 0, limit: 1 },
  'results.showInFolder': { resultId: 9 },
  'results.saveAs': { resultId: 9 },
  'endpoints.add': endpoint,
  'endpoints.update': { ...endpoint, id: 'none' },
  'endpoints.remove': { endpointId: 'none' },
  'endpoints.test': { endpointId: 'none' },
  'endpoints.move': { endpointId: 'none', place: 0 },
  'endpoints.reset': { endpointId: 'none' },
  'endpoints.probe': { endpointId: 'none', model: 'm', prompt: 'p' },
  'endpoints.events': { limit: 1 },
  'groups.save': { name: 'g', limits: {} },
  'groups.remove': { groupId: 'none' },
  'keys.add': { endpointId: 'none', keys: [{ label: 'l', secret: 's' }] },
  'keys.update': { keyId: 'none', label: 'l' },
  'keys.reset': { keyId: 'none' },
  'keys.remove': { keyId: 'none' },
  'keys.importEnv': { grant: UNKNOWN },
  'vault.choose': { kind: 'passphrase', passphrase: 'eight characters' },
  'vault.unlock': { passphrase: 'p' },
};

/** What a hostile page may put into any field. */
const WRONG_VALUES: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  'x'.repeat(100_001),
  [],
  { $ne: null },
  true,
  '../../etc/passwd\0',
];

const procedures = new Map<string, AnyContractProcedure>();
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  procedures.set(path.join('.'), procedure as AnyContractProcedure);
});

function schemaOf(name: string): z.ZodType | undefined {
  return procedures.get(name)?.['~orpc'].inputSchema as z.ZodType | undefined;
}

/**
 * Whole inputs of a wrong kind, and the good input with each field in turn spoilt or left out. A value of another kind
 * than the good one is wrong whatever the schema says; one of the same kind, or a field left out, when the schema says so.
 */
function wrongInputs(name: string): unknown[] {
  const good = INPUTS[name] ?? {};
  const isRefused = (input: unknown): boolean => schemaOf(name)?.safeParse(input).success === false;
  const spoilt = Object.entries(good).flatMap(([field, value]) =>
    WRONG_VALUES.map((wrong) => ({
      input: { ...good, [field]: wrong },
      isOther: kindOf(wrong) !== kindOf(value),
    }))
      .filter(({ input, isOther }) => isOther || isRefused(input))
      .map(({ input }) => input),
  );
  const shortened = Object.keys(good).map((field) => {
    const { [field]: _left, ...rest } = good;
    return rest;
  });
  return [null, 0, 'text', [], [good], ...spoilt, ...[undefined, {}, ...shortened].filter(isRefused)];
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

let library = '';
let app: App;
let router: AppRouter;
let client: ContractRouterClient<Contract>;
let link: RPCLink<ClientContext>;
let channel: MessageChannel;
const shellCalls: string[] = [];
/** Everything that crossed the wire towards the page, as it crossed. */
const answers: string[] = [];

const shell: Shell = {
  version: '0',
  defaultOutputDir: '/nowhere',
  theme: () => 'system',
  setTheme: () => void shellCalls.push('setTheme'),
  openFolder: async () => void shellCalls.push('openFolder'),
  showFile: async () => void shellCalls.push('showFile'),
  openLink: async () => false,
  pick: async () => {
    throw new Error(`broken at ${library}/secret-place`);
  },
  saveAs: async () => {
    shellCalls.push('saveAs');
    return null;
  },
  granted: () => {
    throw new Refusal('NOT_FOUND', 'That file was granted in another session.');
  },
};

beforeAll(async () => {
  library = await mkdtemp(join(tmpdir(), 'brushfleet-router-'));
  app = await openApp({
    libraryDir: library,
    env: {},
    resourcesDir: resolve('resources'),
    imageRoots: 'granted',
    keyring: noKeyring('tests have none'),
  });
  router = createRouter(app, shell);
  channel = new MessageChannel();
  new RPCHandler(router).upgrade(channel.port1);
  channel.port2.on('message', (data: unknown) => {
    answers.push(typeof data === 'string' ? data : JSON.stringify(data));
  });
  link = new RPCLink({ port: channel.port2 });
  client = createORPCClient(link);
  channel.port1.start();
  channel.port2.start();
});

afterAll(async () => {
  channel.port2.close();
  await app.close();
  await rm(library, { recursive: true, force: true });
});

function call(name: string, input?: unknown): Promise<unknown> {
  return link.call(name.split('.'), input, { context: {} });
}

/** The code of the refusal, or what was answered instead. */
async function codeOf(name: string, input: unknown): Promise<string> {
  return call(name, input).then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (error: unknown) => (error instanceof ORPCError ? String(error.code) : `untyped ${String(error)}`),
  );
}

/** All that a call could have changed. */
async function everything(): Promise<unknown> {
  const { store } = app;
  return {
    datasets: await store.datasets(),
    runs: await store.runs(),
    endpoints: await store.endpoints(),
    keys: await store.keys(),
    groups: await store.quotaGroups(),
    states: await store.keyStates(),
    models: await store.ownModels(),
    settings: await store.settings(),
    memory: app.settings(),
    vault: app.vault.status(),
    files: (await readdir(library, { recursive: true })).sort(),
    shell: [...shellCalls],
  };
}

describe('the border', () => {
  it('has a well-formed input for each procedure that takes one', () => {
    const taking = [...procedures.keys()].filter((name) => schemaOf(name) !== undefined);
    expect(taking.sort()).toEqual(Object.keys(INPUTS).sort());
    for (const [name, input] of Object.entries(INPUTS)) {
      expect(schemaOf(name)?.safeParse(input).error, name).toBeUndefined();
    }
  });

  it('serves the procedures of the contract, no more and no fewer', async () => {
    const served: string[] = [];
    const walk = (node: unknown, path: readonly string[]): void => {
      if (isProcedure(node)) {
        served.push(path.join('.'));
      } else {
        for (const [key, child] of Object.entries(node as object)) {
          walk(child, [...path, key]);
        }
      }
    };
    walk(router, []);
    expect(served.sort()).toEqual([...procedures.keys()].sort());
    for (const name of [
      'constructor',
      '__proto__.toString',
      'keys.reveal',
      'keys.add.constructor',
      'system',
    ]) {
      expect(await codeOf(name, {}), name).toBe('NOT_FOUND');
    }
  });

  it.each([
    [{ weight: -1 }, 'weight', 'The weight must be 0 or more.'],
    [{ limits: { requestsPerMinute: -5 } }, 'requestsPerMinute', 'to block an endpoint or a key, pause it.'],
    [{ limits: { tokensPerMinute: 1.5 } }, 'tokensPerMinute', 'Tokens per minute must be a whole number.'],
    [{ baseUrl: 'not a url' }, 'baseUrl', '"not a url" is no URL'],
    [{ baseUrl: 'ftp://x' }, 'baseUrl', '"ftp://x" is no URL'],
    [{ resetZone: 'Mars/Base' }, 'resetZone', '"Mars/Base" is no time zone'],
  ])('says what is wrong with %j at its field, and saves nothing', async (change, field, sentence) => {
    const before = await client.endpoints.list();
    const refused = client.endpoints.add({ ...endpoint, provider: 'openai', ...change });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field } });
    await expect(refused).rejects.toThrow(sentence);
    expect(await client.endpoints.list()).toEqual(before);
  });

  it.each([
    ['keys.update', { keyId: 'none', limits: { models: { m: { requestsPerDay: -1 } } } }, 'requestsPerDay'],
    ['groups.save', { name: 'x'.repeat(121), limits: {} }, 'name'],
    ['settings.set', { pool: { ...DEFAULT_SETTINGS.pool, strikes: 101 } }, 'strikes'],
    ['endpoints.probe', { endpointId: 'none', model: 'm', prompt: '' }, 'prompt'],
  ])('%s names the field of a slip', async (name, input, field) => {
    await expect(call(name, input)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field } });
  });

  it('refuses every wrong input as data, changes nothing and lives on', async () => {
    const before = await everything();
    const cases = Object.keys(INPUTS).flatMap((name) => wrongInputs(name).map((input) => ({ name, input })));
    const surprises: string[] = [];
    for (const { name, input } of cases) {
      const code = await codeOf(name, input);
      // The contract refuses it; a slip at a field that people fill in has a sentence besides.
      const isSlip = code === 'BAD_INPUT' && schemaOf(name)?.safeParse(input).success === false;
      if (code !== 'BAD_REQUEST' && !isSlip) {
        surprises.push(`${name} ${JSON.stringify(input)?.slice(0, 80)}: ${code.slice(0, 80)}`);
      }
    }
    expect(surprises).toEqual([]);
    expect(cases.length).toBeGreaterThan(200);
    expect(await everything()).toEqual(before);
    expect(await client.settings.get()).toEqual(DEFAULT_SETTINGS);
  });

  it.each([
    ['datasets.open', 'NOT_FOUND'],
    ['keys.importEnv', 'NOT_FOUND'],
    ['runs.plan', 'NOT_FOUND'],
    ['runs.start', 'NOT_FOUND'],
    ['runs.resume', 'NOT_FOUND'],
    ['runs.stop', 'NOT_FOUND'],
    ['runs.cancel', 'NOT_FOUND'],
    ['runs.setPriority', 'NOT_FOUND'],
    ['runs.move', 'NOT_FOUND'],
    ['runs.setOptions', 'NOT_FOUND'],
    ['runs.rerun', 'NOT_FOUND'],
    ['review.set', 'NOT_FOUND'],
    ['runs.rerunFailed', 'NOT_FOUND'],
    ['runs.rerunJob', 'NOT_FOUND'],
    ['runs.job', 'NOT_FOUND'],
    ['runs.showFolder', 'NOT_FOUND'],
    ['runs.export', 'NOT_FOUND'],
    ['results.showInFolder', 'NOT_FOUND'],
    ['results.saveAs', 'NOT_FOUND'],
    ['endpoints.update', 'NOT_FOUND'],
    ['endpoints.remove', 'NOT_FOUND'],
    ['endpoints.test', 'NOT_FOUND'],
    ['endpoints.move', 'NOT_FOUND'],
    ['endpoints.reset', 'NOT_FOUND'],
    ['endpoints.probe', 'NOT_FOUND'],
    ['groups.remove', 'NOT_FOUND'],
    ['keys.update', 'NOT_FOUND'],
    ['keys.reset', 'NOT_FOUND'],
    ['keys.add', 'VAULT'],
    ['system.openLink', 'BAD_INPUT'],
  ])('%s about what does not exist answers %s and changes nothing', async (name, code) => {
    const before = await everything();
    expect(await codeOf(name, INPUTS[name])).toBe(code);
    expect(await everything()).toEqual(before);
  });

  it('refuses a default folder that is no whole path, and says which control it belongs to', async () => {
    for (const outputDir of ['relative', '../up', '/tmp/\0']) {
      await expect(client.settings.set({ outputDir })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        data: { field: 'outputDir' },
      });
    }
    expect(app.settings().outputDir).toBe('');
  });

  it('tells of a bug only that there is one', async () => {
    answers.length = 0;
    const error: unknown = await client.files.pick({ purpose: 'dataset' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Something went wrong inside Brushfleet; the log has it.',
    });
    const wire = answers.join('\n');
    expect(wire).not.toMatch(/secret-place|router\.ts|\bat .*:\d+:\d+|stack/);
    app.log.flush();
    expect(await readFile(app.log.path, 'utf8')).toContain('secret-place');
  });
});

describe('a secret', () => {
  const SECRETS = ['sk-border-test-0123456789abcdefghij', 'sk-border-"quoted"\\0123456789-klmnop'];
  const forms = SECRETS.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ]);

  /** Refuses every request and quotes it whole, key included. */
  async function echo(): Promise<{ url: string; server: Server }> {
    const server = createServer((request, response) => {
      const quoted = {
        error: { message: `bad key ${request.headers.authorization}`, code: 'invalid_api_key' },
      };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(quoted));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, server };
  }

  it('never crosses towards the page and is not on disk, whatever is asked', async () => {
    answers.length = 0;
    const { url, server } = await echo();
    const told: AppEvent[] = [];
    const stop = new AbortController();
    const events = await client.system.events(undefined, { signal: stop.signal });
    const listening = (async () => {
      for await (const event of events) {
        told.push(event);
      }
    })();
    await client.vault.choose({ kind: 'session' });
    const added = await client.endpoints.add({ ...endpoint, provider: 'openai', baseUrl: url });
    const { id } = added.endpoint;
    const keys = SECRETS.map((secret, at) => ({ label: `key ${at}`, secret }));
    const { added: infos } = await client.keys.add({ endpointId: id, keys });
    expect(infos).toHaveLength(2);
    expect((await client.keys.add({ endpointId: id, keys })).duplicates).toBe(2);
    const tooLong = keys.map((key) => ({ ...key, label: 'l'.repeat(121) }));
    expect(await codeOf('keys.add', { endpointId: id, keys: tooLong })).toBe('BAD_INPUT');
    const reports = await client.endpoints.test({ endpointId: id });
    expect(reports.map(({ report }) => report.kind)).toEqual(['failed', 'failed']);
    for (const info of infos) {
      await client.keys.update({ keyId: info.id, label: 'renamed' });
    }
    for (const name of [...procedures.keys()].filter((one) => /\.(list|get|info|status)$/.test(one))) {
      await call(name);
    }
    await expect.poll(() => told.some((event) => event.kind === 'endpoints')).toBe(true);
    stop.abort();
    await expect(listening).rejects.toMatchObject({ name: 'AbortError' });
    server.close();

    const wire = answers.join('\n');
    expect(wire).toContain('renamed');
    expect(forms.filter((form) => wire.includes(form))).toEqual([]);
    app.log.flush();
    for (const entry of await readdir(library, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const bytes = await readFile(join(entry.parentPath, entry.name));
        expect(
          forms.filter((form) => bytes.includes(form)),
          entry.name,
        ).toEqual([]);
      }
    }
  });
});
