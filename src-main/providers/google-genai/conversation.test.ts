/** A conversation: the model gets its own turn back as it sent it, signature and all, with the picture's exact bytes. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SpooledPicture } from '../adapter';
import type { PictureSpool } from '../answer-scan';
import { CHUNK_BYTES } from '../base64-stream';
import { createAdapters } from '../index';
import { callContext, endpoint, GOOGLE_KEY, input, png, request } from '../testing/calls';
import { json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';

let server: ScriptedServer;
const adapter = createAdapters().google_genai;

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const picture = png(3);
const data = Buffer.from(picture).toString('base64');

/** Keeps nothing of a picture but that it was one. */
const spool: PictureSpool<SpooledPicture> = {
  pressure: () => undefined,
  begin: () => ({
    lend: () => Buffer.alloc(CHUNK_BYTES),
    take: () => undefined,
    end: () => ({ isImage: true }),
    discard: () => undefined,
  }),
};

async function answerTo(parts: readonly object[], changes = {}, means = {}) {
  server.reply(json({ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }));
  const context = { ...callContext(endpoint('google_genai', server.url, {}), GOOGLE_KEY), ...means };
  const answer = await adapter.image(
    request({ task: 'edit', images: [input('a.png', 'image/png', png(1))], ...changes }),
    context,
  );
  await context.close();
  if (answer.kind !== 'image' && answer.kind !== 'spooled') {
    throw new Error(JSON.stringify(answer));
  }
  return answer;
}

it('keeps the turn without the bytes of its picture, and without thoughts', async () => {
  const { turn } = await answerTo([
    { text: 'A draft.', thought: true },
    { inlineData: { mimeType: 'image/png', data: Buffer.from(png(9)).toString('base64') }, thought: true },
    { text: 'Here it is.', thoughtSignature: 'dGV4dA==' },
    { inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'cGljdHVyZQ==' },
  ]);
  expect(JSON.parse(turn ?? '')).toEqual([
    { text: 'Here it is.', thoughtSignature: 'dGV4dA==' },
    { inlineData: { data: '' }, thoughtSignature: 'cGljdHVyZQ==' },
  ]);
});

it('sends it back between what was asked then and what is asked now', async () => {
  const { turn = '' } = await answerTo([
    { inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'cGljdHVyZQ==' },
  ]);
  const history = [
    {
      prompt: 'a hat',
      images: [input('a.png', 'image/png', png(1))],
      answer: input('b.png', 'image/png', picture),
      turn,
    },
  ];
  await answerTo([{ inlineData: { mimeType: 'image/png', data } }], {
    prompt: 'now red',
    images: [],
    history,
  });
  const body = JSON.parse(String(server.requests.at(-1)?.body)) as { contents: unknown };
  expect(body.contents).toEqual([
    {
      role: 'user',
      parts: [
        { text: 'a hat' },
        { inlineData: { mimeType: 'image/png', data: Buffer.from(png(1)).toString('base64') } },
      ],
    },
    {
      role: 'model',
      parts: [{ inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'cGljdHVyZQ==' }],
    },
    { role: 'user', parts: [{ text: 'now red' }] },
  ]);
});

it('has no turn to give back where the picture was none of its parts', async () => {
  const url = `data:image/png;base64,${data}`;
  const { turn } = await answerTo([{ text: `![image](${url})` }]);
  expect(turn).toBeUndefined();
});

it('keeps a picture too large for the parser out of the turn as well', async () => {
  const large = Buffer.concat([Buffer.from(picture), Buffer.alloc(90_000, 7)]);
  const { turn } = await answerTo([
    { inlineData: { mimeType: 'image/png', data: large.toString('base64') }, thoughtSignature: 'cw==' },
  ]);
  expect(turn).toBe('[{"thoughtSignature":"cw==","inlineData":{"data":""}}]');
});

it.each([
  ['read whole', {}],
  ['spooled', { spool }],
])('keeps a signature as large as a picture letter by letter, the answer %s', async (_how, means) => {
  const large = Buffer.concat([Buffer.from(picture), Buffer.alloc(90_000, 7)]);
  const signature = Buffer.alloc(100_000, 3).toString('base64');
  const { turn = '' } = await answerTo(
    [
      { text: 'Here it is.', thoughtSignature: signature },
      { inlineData: { mimeType: 'image/png', data: large.toString('base64') }, thoughtSignature: signature },
    ],
    {},
    means,
  );
  expect(turn.length).toBeGreaterThan(2 * signature.length);
  const history = [{ prompt: 'a hat', images: [], answer: input('b.png', 'image/png', large), turn }];
  await answerTo([{ inlineData: { mimeType: 'image/png', data } }], { images: [], history });
  const body = JSON.parse(String(server.requests.at(-1)?.body)) as {
    contents: { parts: { thoughtSignature?: string }[] }[];
  };
  const given = body.contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature === signature);
  expect(given).toEqual([true, true]);
});

it('has no turn to give back where a string of it was taken for a picture', async () => {
  const { turn } = await answerTo([
    { text: Buffer.alloc(100_000, 3).toString('base64') },
    { inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'cw==' },
  ]);
  expect(turn).toBeUndefined();
});
