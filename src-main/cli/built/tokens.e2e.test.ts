/** `brushfleet tokens` beside a running `brushfleet serve`: made, used, seen and revoked without a window. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { said } from '../../app/sessions/testing/session-scene';
import { type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { type RunningCli, type Workplace, workplace } from './built-cli';
import { freePort, listening } from './served-cli';

let place: Workplace;
let upstream: ScriptedServer;
let served: RunningCli | null = null;
beforeEach(async () => {
  place = await workplace();
  upstream = await startScriptedServer();
  upstream.reply(said);
});
afterEach(async () => {
  served?.child.kill('SIGTERM');
  await served?.ended;
  served = null;
  await upstream.close();
  await place.remove();
});

const tokens = async (...argv: readonly string[]) => {
  const ended = await place.run(['tokens', ...argv]);
  expect(ended.code, ended.err).toBe(0);
  return ended.out.trim();
};

it('opens the service with a token, within its caps, until it is revoked', async () => {
  // One is made before the service runs, the other beside it.
  const before = await tokens('add', 'before');
  const port = await freePort();
  served = place.start(['serve', '--port', String(port)], {
    GOOGLE_GEMINI_BASE_URL: upstream.url,
    GEMINI_API_KEY: 'AIza-server-key-0001',
  });
  await listening(served.child);
  const beside = await tokens('add', 'beside', '--max_requests', '1');
  const ask = (token: string) =>
    fetch(`http://127.0.0.1:${port}/v1beta/models/gemini-2.5-flash:generateContent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': token },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }),
    });
  expect([(await ask(before)).status, (await ask(beside)).status, (await ask(beside)).status]).toEqual([
    200, 200, 429,
  ]);
  const listed = JSON.parse(await tokens('list', '--json')) as { name: string; requests: number }[];
  expect(listed.map(({ name, requests }) => [name, requests])).toEqual([
    ['before', 1],
    ['beside', 1],
  ]);
  expect(await tokens('revoke', 'before')).toBe('Revoked "before".');
  expect((await ask(before)).status).toBe(401);
  for (const file of await readdir(place.folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) {
      const bytes = await readFile(join(file.parentPath, file.name));
      expect(bytes.includes(before) || bytes.includes(beside), file.name).toBe(false);
    }
  }
});
