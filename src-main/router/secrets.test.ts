/** A key that was given to the app never comes back over the border, and lies nowhere on disk as it is. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AppEvent } from '@shared/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoint, INPUTS, procedures } from './testing/border-inputs';
import { type BorderScene, openBorderScene } from './testing/border-scene';

let border: BorderScene;
beforeAll(async () => {
  border = await openBorderScene();
});
afterAll(() => border.close());

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
    border.app.log.flush();
    for (const entry of await readdir(border.library, { recursive: true, withFileTypes: true })) {
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
