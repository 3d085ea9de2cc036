/** A key that was given to the app never comes back over the border, and lies nowhere on disk as it is. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AppEvent } from '@shared/contract';
import type { TableFormat } from '@shared/model/table-format';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportRun } from '../app/exports/export-run';
import { resultsPath, writeTable } from '../app/tables/exporter';
import { answer, json, startScriptedServer } from '../providers/testing/scripted-server';
import { endpoint, INPUTS, procedures } from './testing/border-inputs';
import { type BorderScene, openBorderScene } from './testing/border-scene';

/** All that the app writes goes here: its library, its output, and what it keeps for a moment. */
let home = '';
let border: BorderScene;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'brushfleet-secrets-'));
  vi.stubEnv('TMPDIR', home);
  border = await openBorderScene();
});
afterAll(async () => {
  await border.close();
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const SECRETS = ['sk-border-test-0123456789abcdefghij', 'sk-border-"quoted"\\0123456789-klmnop'];
const forms = SECRETS.flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  encodeURIComponent(secret),
  Buffer.from(secret, 'utf16le').toString('latin1'),
]);

/** No byte of the disk tells one; answers the names of the files that were searched. */
async function expectNoneOnDisk(): Promise<readonly string[]> {
  border.app.log.flush();
  const searched: string[] = [];
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const bytes = await readFile(join(entry.parentPath, entry.name));
      expect(
        forms.filter((form) => bytes.includes(form, 'latin1')),
        entry.name,
      ).toEqual([]);
      searched.push(entry.name);
    }
  }
  return searched;
}

describe('a secret', () => {
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
    border.answers.length = 0;
    const { url, server } = await echo();
    const told: AppEvent[] = [];
    const stop = new AbortController();
    const events = await border.client.system.events(undefined, { signal: stop.signal });
    const listening = (async () => {
      for await (const event of events) {
        told.push(event);
      }
    })();
    await border.client.vault.choose({ kind: 'session' });
    const added = await border.client.endpoints.add({ ...endpoint, provider: 'openai', baseUrl: url });
    const { id } = added.endpoint;
    const keys = SECRETS.map((secret, at) => ({ label: `key ${at}`, secret }));
    const { added: infos } = await border.client.keys.add({ endpointId: id, keys });
    expect(infos).toHaveLength(2);
    expect((await border.client.keys.add({ endpointId: id, keys })).duplicates).toBe(2);
    const tooLong = keys.map((key) => ({ ...key, label: 'l'.repeat(121) }));
    expect(await border.codeOf('keys.add', { endpointId: id, keys: tooLong })).toBe('BAD_INPUT');
    const reports = await border.client.endpoints.test({ endpointId: id });
    expect(reports.map(({ report }) => report.kind)).toEqual(['failed', 'failed']);
    for (const info of infos) {
      await border.client.keys.update({ keyId: info.id, label: 'renamed' });
    }
    for (const name of [...procedures.keys()].filter((one) => /\.(list|get|info|status|trees)$/.test(one))) {
      // What it names does not exist: its refusal must hold no secret either.
      expect(await border.codeOf(name, INPUTS[name]), name).toMatch(
        INPUTS[name] === undefined ? /^answered/ : /^NOT_FOUND$/,
      );
    }
    await expect.poll(() => told.some((event) => event.kind === 'endpoints')).toBe(true);
    stop.abort();
    await expect(listening).rejects.toMatchObject({ name: 'AbortError' });
    server.close();

    const wire = border.answers.join('\n');
    expect(wire).toContain('renamed');
    expect(forms.filter((form) => wire.includes(form))).toEqual([]);
    await expectNoneOnDisk();
    await border.client.endpoints.remove({ endpointId: id });
  });

  it('that its provider echoes is in no record, table, export or log of a run', async () => {
    border.answers.length = 0;
    const picture = { create: { width: 8, height: 8, channels: 3, background: '#157a4a' } } as const;
    const data = [{ b64_json: (await sharp(picture).png().toBuffer()).toString('base64') }];
    const relay = await startScriptedServer();
    /** What was answered to each row at first: afterwards it gets its picture. */
    const echoed: string[] = [];
    relay.reply(({ headers, body }) => {
      const [, status = '200'] = /answer (\d{3})/.exec(body.toString()) ?? [];
      if (echoed.includes(status)) {
        return json({ data });
      }
      echoed.push(status);
      const quoted = `you sent ${String(headers['authorization'])}`;
      return status === '200' ? answer(200, quoted) : json({ error: { message: quoted } }, Number(status));
    });
    const { client, app } = border;
    await app.saveSettings({ outputDir: join(home, 'output') });
    const { id } = (
      await client.endpoints.add({ ...endpoint, provider: 'openai', baseUrl: `${relay.url}/v1` })
    ).endpoint;
    const keys = SECRETS.map((secret, at) => ({ label: `key ${at}`, secret }));
    await client.keys.add({ endpointId: id, keys });
    const prompts = [400, 401, 429, 500, 200].map((status) => `answer ${status}`).join('\n');
    const { id: datasetId } = await client.datasets.fromPrompts({ name: 'echoes', prompts });
    const models = [{ provider: 'openai' as const, model: 'gpt-image-1-mini' }];
    const recipe = { task: 't2i' as const, models, instruction: '{{prompt}}', imageColumns: [], variants: 1 };
    const { id: runId } = await client.runs.start({
      datasetId,
      recipe,
      options: { concurrency: 1, maxRetries: 0 },
    });
    await expect.poll(async () => (await client.runs.get({ runId })).state.kind).toBe('finished');
    expect(echoed.toSorted()).toEqual(['200', '400', '401', '429', '500']);

    const run = await app.runs.found(runId);
    const dataset = await app.importer.whole(datasetId);
    for (const format of ['spreadsheet', 'failures'] satisfies TableFormat[]) {
      await writeTable(app.store, { run, dataset, format, path: resultsPath(home, format) });
    }
    const options = { embedRecipe: true, pairs: { verdicts: true, ratings: true } };
    const how = { version: '0', tell: () => undefined, signal: new AbortController().signal };
    const path = join(home, 'with pictures');
    await exportRun(app, { runId, format: 'imageFolder', filter: 'results', options, path }, how);
    const { jobs } = await client.runs.jobs({ runId, offset: 0, limit: 10 });
    await Promise.all(jobs.map(({ id: jobId }) => client.runs.job({ jobId })));
    await client.runs.failures({ runId });
    await relay.close();

    const wire = border.answers.join('\n');
    expect(wire).toContain('you sent Bearer [secret]');
    expect(forms.filter((form) => wire.includes(form))).toEqual([]);
    const told = ['results.csv', 'results.jsonl', 'results-for-spreadsheets.csv', 'failures.csv'];
    expect(await expectNoneOnDisk()).toEqual(expect.arrayContaining([...told, 'brushfleet.log']));
  });
});
