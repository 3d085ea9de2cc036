/** Requests that come one by one, in a real app over a real socket. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '@shared/model/gallery';
import { json } from '../../providers/testing/scripted-server';
import { itemsOf } from '../exports/export-items';
import { inputPictures } from '../exports/input-pictures';
import { instructionOf } from '../exports/picture-record';
import { jobDetail } from '../views';
import {
  ask,
  openSessionScene,
  promptOf,
  refused,
  said,
  type SessionScene,
  textOf,
} from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

const until = (test: () => unknown) => expect.poll(test);

describe('a session', () => {
  it('answers each request, and keeps it as a job of its run', async () => {
    const session = await scene.open();
    const jobs: number[] = [];
    const answer = await session.submit(ask('one'), { onJob: (jobId) => jobs.push(jobId) });
    expect(textOf(answer)).toBe('You said: one');
    expect(answer).toMatchObject({
      kind: 'text',
      jobId: jobs[0],
      answer: { text: 'You said: one', mimeType: 'text/plain', finish: 'STOP' },
      usage: { inputTokens: 5, outputTokens: 3 },
      model: 'talker',
    });
    expect(textOf(await session.submit(ask('two')))).toBe('You said: two');
    expect(await scene.counts(session.runId)).toMatchObject({ done: 2, pending: 0, sent: 0 });
    expect(await scene.library.app.store.answerOf(jobs[0] ?? 0)).toMatchObject({ text: 'You said: one' });
    expect(session.standing()).toEqual({ inFlight: 0, waiting: 0 });
  });

  it('answers many in their order, with no more in flight than allowed', async () => {
    const session = await scene.open({ concurrency: 3 });
    const held = scene.hold();
    const prompts = Array.from({ length: 20 }, (_, at) => `p${at}`);
    const answers = session.submitAll(prompts.map((prompt) => ask(prompt)));
    await until(() => held.waiting().length).toBe(3);
    expect(session.standing()).toEqual({ inFlight: 3, waiting: 17 });
    held.release();
    const texts = (await Promise.all(answers)).map(textOf);
    expect(texts).toEqual(prompts.map((prompt) => `You said: ${prompt}`));
  });

  it('goes on in the same run when its name is opened again, one at a time', async () => {
    const first = await scene.open();
    await first.submit(ask('one'));
    await expect(scene.open()).rejects.toThrow('The session "tests" is open already.');
    await first.close('drain');
    await expect(first.submit(ask('late'))).rejects.toThrow('The session "tests" is closed.');
    const second = await scene.open();
    expect(second.runId).toBe(first.runId);
    expect(textOf(await second.submit(ask('two')))).toBe('You said: two');
    expect(await scene.counts(second.runId)).toMatchObject({ done: 2 });
  });

  it('is among the runs only while something of it waits or is in flight', async () => {
    const { runs } = scene.library.app;
    const session = await scene.open();
    expect(await runs.list()).toEqual([]);
    const held = scene.hold();
    const answer = session.submit(ask('one'));
    await until(() => held.waiting().length).toBe(1);
    expect(await runs.list()).toMatchObject([{ id: session.runId, origin: 'session' }]);
    held.release();
    await answer;
    expect(await runs.list()).toEqual([]);
    expect(await runs.listed(session.runId)).toMatchObject({ id: session.runId, counts: { done: 1 } });
  });

  it('tells the answer piece by piece, and why it is asked again', async () => {
    const session = await scene.open({ maxRetries: 1 });
    const heard: string[] = [];
    let calls = 0;
    scene.server.reply((request) => {
      calls += 1;
      return calls === 1 ? refused(503, 'UNAVAILABLE', 'too busy') : said(request);
    });
    await session.submit(ask('one'), { onAgain: (why) => heard.push(why) });
    expect(calls).toBe(2);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toContain('too busy');
  });
});

describe('what a session asks for', () => {
  const model = { provider: 'google_genai', model: 'painter' } as const;
  const create = { width: 8, height: 4, channels: 3, background: 'red' } as const;

  /** Every request is answered with a picture. */
  async function paints(): Promise<Buffer> {
    const picture = await sharp({ create }).png().toBuffer();
    const inlineData = { mimeType: 'image/png', data: picture.toString('base64') };
    const content = { role: 'model', parts: [{ inlineData }] };
    scene.server.reply(json({ candidates: [{ content, finishReason: 'STOP' }] }));
    return picture;
  }

  it('may be pictures, which lie in its own folder', async () => {
    await paints();
    const session = await scene.open();
    const answers = await Promise.all(
      session.submitAll([
        { kind: 'picture', model, task: 't2i', prompt: 'a red square', inputs: [] },
        { kind: 'picture', model, task: 't2i', prompt: 'another', inputs: [] },
      ]),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ kind: 'picture', mimeType: 'image/png', width: 8, height: 4 });
      const path = answer.kind === 'picture' ? answer.path : '';
      expect(path.startsWith(join(scene.library.folder, 'library', 'sessions', 'tests'))).toBe(true);
      expect((await stat(path)).size).toBeGreaterThan(0);
    }
    await session.close('drain');
    expect(await readdir(join(scene.library.folder, 'library', 'sessions', 'tests'))).toEqual(['000000']);
  });

  it('stands in the gallery once it is a picture, and leaves with what was asked for it', async () => {
    const input = `data:image/png;base64,${(await paints()).toString('base64')}`;
    const session = await scene.open();
    const asked = { kind: 'picture', model, prompt: 'a {{red}} square' } as const;
    await session.submit({ ...asked, task: 'edit', inputs: [input] });
    scene.server.reply(said);
    await session.submit(ask('words'));
    await session.submit({ ...asked, task: 't2i', inputs: [] });
    await session.close('drain');
    const { store } = scene.library.app;
    const jobIds = [...(await store.galleryIds({ query: EVERYTHING }, 0, 9))];
    expect(await store.instructionsOf(jobIds)).toEqual(['a {{red}} square']);
    const [jobId = 0] = jobIds;
    expect(await jobDetail(scene.library.app, jobId)).toMatchObject({ instruction: 'a {{red}} square' });
    // Its request stands as the program wrote it.
    const { versions } = scene.library.app;
    await expect(versions.rerun(jobId, 'a blue one')).rejects.toThrow('edit it in the studio');
    const items = await itemsOf(store, { kind: 'selection', selection: { kind: 'ids', jobIds } });
    for await (const [item] of items.pages()) {
      expect(item === undefined ? null : instructionOf(item)).toBe('a {{red}} square');
      const rules = { baseDir: '', roots: [], embeddedDir: '' };
      const inputs = item === undefined ? [] : await inputPictures(item, rules);
      expect(inputs).toMatchObject([{ kind: 'bytes', extension: '.png' }]);
    }
  });

  it('names no file outside its own folders, unless it may name all', async () => {
    const outside = join(scene.library.folder, 'outside.png');
    await writeFile(outside, await sharp({ create }).png().toBuffer());
    const looking = ask('what is this?', {
      messages: [{ role: 'user', parts: [{ kind: 'media', medium: 'image', reference: outside }] }],
    });
    const caller = await scene.open();
    expect(await caller.submit(looking)).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
    expect(scene.server.requests).toHaveLength(0);
    const own = await scene.open({ name: 'own', roots: 'all' });
    expect(await own.submit(looking)).toMatchObject({ kind: 'text' });
  });

  it('is refused before it is written where it cannot be sent at all', async () => {
    const session = await scene.open();
    const odd = ask('odd', { generation: { temperature: 9 } });
    expect(await session.submit(odd)).toMatchObject({
      kind: 'failed',
      jobId: 0,
      failure: { kind: 'bad_input', message: expect.stringContaining('generation.temperature') },
    });
    expect(await scene.counts(session.runId)).toMatchObject({ failed: 0, pending: 0 });
  });

  it('is journalled also when its listener throws', async () => {
    const session = await scene.open();
    const answer = session.submit(ask('one'), {
      onJob() {
        throw new Error('a listener');
      },
    });
    expect(textOf(await answer)).toBe('You said: one');
  });
});

describe('a request that is aborted', () => {
  it('is never sent when it was not sent yet', async () => {
    const session = await scene.open({ concurrency: 1 });
    const held = scene.hold();
    const first = session.submit(ask('first'));
    await until(() => held.waiting().length).toBe(1);
    const control = new AbortController();
    const second = session.submit(ask('second'), { signal: control.signal });
    const third = session.submit(ask('third'));
    await until(() => session.standing().waiting).toBe(2);
    control.abort();
    expect(await second).toMatchObject({ kind: 'cancelled' });
    held.release();
    expect(textOf(await first)).toBe('You said: first');
    expect(textOf(await third)).toBe('You said: third');
    expect(scene.prompts()).toEqual(['first', 'third']);
    expect(await scene.counts(session.runId)).toMatchObject({ done: 2, cancelled: 1, pending: 0 });
  });

  it('is not even written when it was aborted before', async () => {
    const session = await scene.open();
    expect(await session.submit(ask('one'), { signal: AbortSignal.abort() })).toEqual({
      kind: 'cancelled',
      jobId: 0,
    });
    expect(await scene.counts(session.runId)).toMatchObject({ cancelled: 0, pending: 0 });
  });

  it('is finished and kept when it was sent', async () => {
    const session = await scene.open();
    const held = scene.hold();
    const control = new AbortController();
    const answer = session.submit(ask('one'), { signal: control.signal });
    await until(() => held.waiting().length).toBe(1);
    control.abort();
    held.release();
    expect(textOf(await answer)).toBe('You said: one');
    expect(await scene.counts(session.runId)).toMatchObject({ done: 1 });
  });

  it('is not sent again when it fails after that', async () => {
    const session = await scene.open({ maxRetries: 5 });
    const control = new AbortController();
    scene.server.reply(() => {
      control.abort();
      return refused(503, 'UNAVAILABLE', 'too busy');
    });
    expect(await session.submit(ask('one'), { signal: control.signal })).toMatchObject({
      kind: 'failed',
      failure: { kind: 'overloaded' },
    });
    expect(scene.prompts()).toEqual(['one']);
    expect(await scene.counts(session.runId)).toMatchObject({ cancelled: 1, pending: 0 });
  });
});

describe('closing a session', () => {
  async function twoOfFour() {
    const session = await scene.open({ concurrency: 2 });
    const held = scene.hold();
    const answers = session.submitAll(['a', 'b', 'c', 'd'].map((prompt) => ask(prompt)));
    await until(() => held.waiting().length).toBe(2);
    return { session, held, answers };
  }

  it('with `drain` carries out what waits', async () => {
    const { session, held, answers } = await twoOfFour();
    const closed = session.close('drain');
    held.release();
    await closed;
    expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(['text', 'text', 'text', 'text']);
  });

  it('with `drop` cancels what waits, and finishes what is in flight', async () => {
    const { session, held, answers } = await twoOfFour();
    const closed = session.close('drop');
    expect((await Promise.all(answers.slice(2))).map(({ kind }) => kind)).toEqual(['cancelled', 'cancelled']);
    held.release();
    await closed;
    expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual([
      'text',
      'text',
      'cancelled',
      'cancelled',
    ]);
    expect(scene.prompts().toSorted()).toEqual(['a', 'b']);
  });

  it('with `keep` leaves what waits pending, and it is answered when its name is opened again', async () => {
    const { session, held, answers } = await twoOfFour();
    const closed = session.close('keep');
    held.release();
    await closed;
    expect(await scene.counts(session.runId)).toMatchObject({ done: 2, pending: 2 });
    expect(scene.prompts().toSorted()).toEqual(['a', 'b']);
    await scene.open();
    expect((await Promise.all(answers)).map(textOf)).toEqual(
      ['a', 'b', 'c', 'd'].map((p) => `You said: ${p}`),
    );
    expect(scene.prompts()).toHaveLength(4);
  });

  it('by the end of the program keeps what waits; the next start goes on with it', async () => {
    const { session, held, answers } = await twoOfFour();
    const late = answers.slice(2).map((answer) => expect(answer).rejects.toThrow('it is kept'));
    const reopened = scene.library.reopen();
    held.release();
    await reopened;
    await Promise.all(late);
    expect(await scene.counts(session.runId)).toMatchObject({ done: 2, pending: 2 });
    const again = await scene.open();
    await until(async () => (await scene.counts(session.runId)).done).toBe(4);
    expect(again.runId).toBe(session.runId);
    await again.close('keep');
    expect(scene.server.requests.map(promptOf).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('what an earlier process left', () => {
  it('is not sent where nobody waits for it any more', async () => {
    const session = await scene.open({ concurrency: 1 });
    const held = scene.hold();
    const answers = session.submitAll(['a', 'b', 'c'].map((prompt) => ask(prompt)));
    await until(() => held.waiting().length).toBe(1);
    const reopened = scene.library.reopen();
    held.release();
    await reopened;
    await Promise.allSettled(answers);
    const next = await scene.open({ leftovers: 'cancel' });
    expect(await scene.counts(next.runId)).toMatchObject({ done: 1, cancelled: 2, pending: 0 });
    expect(textOf(await next.submit(ask('d')))).toBe('You said: d');
    expect(scene.prompts()).toEqual(['a', 'd']);
  });
});
