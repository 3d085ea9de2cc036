/** What was paid for in a text run survives the death of its process, and `runs resume` leaves the file as the first command would. */
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  json,
  type ReceivedRequest,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { type Ended, until, type Workplace, workplace } from './built-cli';

// Several processes one after the other, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

const SCHEMA = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };
const STRUCTURED = ['structured', '--prompt', 'Rate it', '--schema', 's.json', '--output', 'o.jsonl'];
const UNFIT = '{"score": "high"}';

let place: Workplace;
let server: ScriptedServer;
beforeEach(async () => {
  [place, server] = await Promise.all([workplace(), startScriptedServer()]);
  await place.write('s.json', JSON.stringify(SCHEMA));
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const env = () => ({ DG_GEMINI_BASE_URL: server.url, GEMINI_API_KEY: 'key1' });

async function runs(argv: readonly string[], code = 0): Promise<Ended> {
  const ended = await place.run(argv, env());
  expect(ended.code, ended.err).toBe(code);
  return ended;
}

const said = (text: string): Script =>
  json({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] });

interface Turn {
  readonly role: string;
  readonly parts: readonly { readonly text?: string }[];
}
const turnsOf = ({ body }: ReceivedRequest): readonly Turn[] =>
  (JSON.parse(body.toString()) as { contents: Turn[] }).contents;
const isRepair = (request: ReceivedRequest): boolean => turnsOf(request).length === 3;
const promptOf = (request: ReceivedRequest): string => turnsOf(request)[0]?.parts.at(-1)?.text ?? '';

const lines = async (): Promise<readonly Record<string, unknown>[]> =>
  (await place.read('o.jsonl'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('an answer that does not fit its schema', () => {
  /** Killed while the model was mending it. */
  async function killed(): Promise<void> {
    server.reply((request) => (isRepair(request) ? new Promise<Script>(() => undefined) : said(UNFIT)));
    const { child, ended } = place.start(STRUCTURED, env());
    await until(() => server.requests.length === 2);
    child.kill('SIGKILL');
    await ended;
  }

  it('is kept, told, and mended by the next process where it was', async () => {
    await killed();
    server.reply(said('{"score": 7}'));
    await runs(STRUCTURED, 1);
    expect(await lines()).toMatchObject([
      {
        response: null,
        failure: 'unknown',
        unfit_response: UNFIT,
        problems: [expect.stringMatching(/score/)],
      },
    ]);
    expect(server.requests).toHaveLength(2);
    await runs([...STRUCTURED, '--unknown', 'resend']);
    expect(server.requests.map(isRepair)).toEqual([false, true, true]);
    expect(server.requests.map((request) => turnsOf(request)[1]?.parts[0]?.text)).toEqual([
      undefined,
      UNFIT,
      UNFIT,
    ]);
    const [line] = await lines();
    expect(line).toMatchObject({ response: { score: 7 }, error: null });
    expect(line).not.toHaveProperty('unfit_response');
  });

  it('is mended once, however often the process dies; the last one stands in its line', async () => {
    await killed();
    server.reply(said('seven'));
    await runs([...STRUCTURED, '--unknown', 'resend'], 1);
    expect(server.requests.map(isRepair)).toEqual([false, true, true]);
    expect(await lines()).toMatchObject([
      { response: null, failure: 'schema_mismatch', unfit_response: 'seven' },
    ]);
  });

  it('waits for its mending while a cap is reached', async () => {
    server.reply(said(UNFIT));
    await runs([...STRUCTURED, '--max_requests', '1'], 1);
    expect(await lines()).toMatchObject([
      {
        failure: 'pending',
        unfit_response: UNFIT,
        error: expect.stringContaining('was not asked to mend it yet'),
      },
    ]);
    server.reply(said('{"score": 8}'));
    await runs(['runs', 'resume', '1', '--max_requests', '9']);
    expect(server.requests.map(isRepair)).toEqual([false, true]);
    expect(await lines()).toMatchObject([{ response: { score: 8 }, error: null }]);
  });
});

describe('brushfleet runs resume', () => {
  const TEXT = ['text', '--input', 'in.jsonl', '--output', 'o.jsonl', '--concurrency', '2'];
  const ROWS = Array.from({ length: 12 }, (_, n) => ({ prompt: `Say ${n}`, n }));

  beforeEach(async () => {
    await place.write('in.jsonl', ROWS.map((row) => JSON.stringify(row)).join('\n'));
  });

  async function expectWhole(): Promise<void> {
    expect((await lines()).map(({ metadata, response }) => [metadata, response])).toEqual(
      ROWS.map((row) => [row, `Said: ${row.prompt}`]),
    );
    expect((await readdir(place.folder)).filter((name) => name.startsWith('o.jsonl')).sort()).toEqual([
      'o.jsonl',
      'o.jsonl.run',
    ]);
  }

  it('leaves the answers of a text run in its file, whole and in the order of the input', async () => {
    server.reply((request) => said(`Said: ${promptOf(request)}`));
    await runs([...TEXT, '--max_requests', '5'], 1);
    expect((await lines()).filter(({ failure }) => failure === 'pending')).toHaveLength(7);
    await runs(['runs', 'resume', '1', '--max_requests', '99']);
    await expectWhole();
    expect(server.requests).toHaveLength(12);
  });

  it('also where the first command was killed before it had written any', async () => {
    server.reply((request) =>
      server.requests.length > 4 ? new Promise<Script>(() => undefined) : said(`Said: ${promptOf(request)}`),
    );
    const { child, ended } = place.start(TEXT, env());
    await until(() => server.requests.length === 6);
    child.kill('SIGKILL');
    await ended;
    server.reply((request) => said(`Said: ${promptOf(request)}`));
    await runs(['runs', 'resume', '1', '--unknown', 'resend']);
    await expectWhole();
  });
});
