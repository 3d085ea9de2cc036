/** A library whose disk is full when an answer arrives, on a real store that is refused its space. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart, Journal } from '../../engine/ports';
import { NotKept } from '../../engine/runs/not-kept';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import { png } from '../../providers/testing/calls';
import type { Store, StoredRun } from '../../store/store';
import { StoreError } from '../../store/store-error';
import { type Library, plannedRun, sendNext, temporaryLibrary } from '../../store/testing/library-fixture';
import { createUnwrittenEnds, type UnwrittenEnds } from './unwritten-ends';

const FULL = new StoreError('DISK_FULL', 'The disk of the library is full.');

let library: Library;
let store: Store;
let run: StoredRun;
let isFull = true;
let isUnderWay = false;
let tries = 0;
let written: number[] = [];
let errors: unknown[] = [];
let clock: ReturnType<typeof createVirtualClock>;
let unwritten: UnwrittenEnds;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  run = await plannedRun(store, 3);
  isFull = true;
  isUnderWay = false;
  tries = 0;
  written = [];
  errors = [];
  clock = createVirtualClock();
  const ended: Journal['ended'] = (end) => {
    tries += 1;
    return isFull ? Promise.reject(FULL) : store.ended(end);
  };
  unwritten = createUnwrittenEnds({
    store: { ended, received: (attemptId, file) => store.received(attemptId, file) },
    spareDir: join(library.dir, 'spare'),
    mostBytes: 100,
    clock,
    isUnderWay: () => isUnderWay,
    onWritten: ({ jobId }) => written.push(jobId),
    onError: (error) => errors.push(error),
  });
});
afterEach(() => library.remove());

const endOf = ({ attemptId, jobId, runId }: AttemptStart, next: AttemptEnd['next']): AttemptEnd => ({
  attemptId,
  jobId,
  runId,
  endedAt: 3500,
  bodySentAt: 1200,
  tookMs: 2500,
  outcome: {
    kind: 'text',
    answer: { text: 'Paid for.', mimeType: 'text/plain' },
    usage: { inputTokens: 9, outputTokens: 9 },
    costUsd: 0.01,
  },
  next,
});

it('keeps the answer until there is space, and its job is sent by nobody meanwhile', async () => {
  const start = await sendNext(store, run.id, {});
  await unwritten.note(endOf(start, { kind: 'done' }), FULL);
  await clock.advance(10_000);
  await expect.poll(() => tries).toBeGreaterThan(1);
  expect((await store.pending(run.id, -1, 9)).map(({ id }) => id)).not.toContain(start.jobId);
  isFull = false;
  await clock.advance(10_000);
  await expect.poll(() => written).toEqual([start.jobId]);
  expect(await store.answerOf(start.jobId)).toMatchObject({ text: 'Paid for.' });
  expect(await store.run(run.id)).toMatchObject({ counts: { done: 1 }, costUsd: 0.01 });
  const before = tries;
  await clock.advance(60_000);
  expect(tries).toBe(before);
});

it('keeps one that did not fit, too, and asks for it mended once its run stands still', async () => {
  const start = await sendNext(store, run.id, {});
  const repair = { text: 'no', errors: ['The answer is not valid JSON.'] };
  const failure = { kind: 'schema_mismatch', message: 'It does not fit.' } as const;
  const outcome = { kind: 'failed', failure, repair } as const;
  await unwritten.note({ ...endOf(start, { kind: 'again', counted: false }), outcome }, FULL);
  isFull = false;
  isUnderWay = true;
  await clock.advance(10_000);
  expect(tries).toBe(0);
  isUnderWay = false;
  await clock.advance(10_000);
  await expect.poll(() => written).toEqual([start.jobId]);
  const pending = await store.pending(run.id, -1, 9);
  expect(pending.find(({ id }) => id === start.jobId)).toMatchObject({ repair });
});

it('is written when the program ends', async () => {
  const start = await sendNext(store, run.id, {});
  await unwritten.note(endOf(start, { kind: 'done' }), FULL);
  isFull = false;
  await unwritten.close();
  expect(await store.job(start.jobId)).toMatchObject({ state: 'done' });
  expect(written).toEqual([start.jobId]);
});

it('leaves alone what space would not mend', async () => {
  const start = await sendNext(store, run.id, {});
  await unwritten.note(endOf(start, { kind: 'done' }), new StoreError('CORRUPT', 'It is damaged.'));
  await unwritten.close();
  expect(tries).toBe(0);
});

it('tells of one that the journal refuses, and does not ask again', async () => {
  const start = await sendNext(store, run.id, {});
  const end = endOf(start, { kind: 'done' });
  await store.ended(end);
  isFull = false;
  await unwritten.note(end, FULL);
  await unwritten.close();
  expect(errors).toHaveLength(1);
  expect(written).toEqual([]);
  expect(await store.run(run.id)).toMatchObject({ counts: { done: 1 }, costUsd: 0.01 });
});

describe('a picture that its folder refuses', () => {
  const GONE = new NotKept({ kind: 'storage', message: 'The folder is gone.' });
  const bytes = png(5);
  const out = (): string => join(library.dir, 'pictures');
  const spare = (): string => join(library.dir, 'spare');

  function refused(start: AttemptStart): AttemptEnd {
    const { attemptId } = start;
    const path = join(out(), `${attemptId}.own.${attemptId}.whole.part`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const fileName = `${attemptId}.png`;
    const file = { fileName, sha256, mimeType: 'image/png', width: 1, height: 1, sizeBytes: bytes.length };
    return {
      ...endOf(start, { kind: 'done' }),
      outcome: { kind: 'done', file, usage: {}, costUsd: 0.04, unplaced: { path, outputDir: out(), bytes } },
    };
  }

  beforeEach(() => {
    isFull = false;
  });

  it('waits in the library, and becomes the result once its folder is there', async () => {
    const start = await sendNext(store, run.id, {});
    await unwritten.note(refused(start), GONE);
    expect(await readdir(spare())).toEqual([`${start.attemptId}.whole.part`]);
    await clock.advance(10_000);
    await unwritten.again();
    expect(written).toEqual([]);
    await mkdir(out());
    await unwritten.again();
    expect(written).toEqual([start.jobId]);
    expect(await readFile(join(out(), `${start.attemptId}.png`))).toEqual(bytes);
    expect([await readdir(out()), await readdir(spare())]).toEqual([[`${start.attemptId}.png`], []]);
    expect(await store.run(run.id)).toMatchObject({ counts: { done: 1 }, costUsd: 0.04 });
  });

  it('waits in memory where the library takes it neither; what is beyond is lost, and said to be', async () => {
    await writeFile(spare(), 'in the way');
    const [first, second] = [await sendNext(store, run.id, {}), await sendNext(store, run.id, {})];
    await unwritten.note(refused(first), GONE);
    await unwritten.note(refused(second), GONE);
    await unwritten.again();
    expect(await store.counts(run.id)).toMatchObject({ sent: 1, unknown: 1 });
    await mkdir(out());
    await unwritten.again();
    expect(await store.job(first.jobId)).toMatchObject({ state: 'done' });
    expect(await store.job(second.jobId)).toMatchObject({ state: 'unknown' });
  });

  it('leaves memory as soon as the library takes it: the process may end before its folder is back', async () => {
    await writeFile(spare(), 'in the way');
    const start = await sendNext(store, run.id, {});
    await unwritten.note(refused(start), GONE);
    await rm(spare());
    await unwritten.close();
    expect(await readdir(spare())).toEqual([`${start.attemptId}.whole.part`]);
  });

  it('holds up no other that waits for the library alone', async () => {
    const [first, second] = [await sendNext(store, run.id, {}), await sendNext(store, run.id, {})];
    await unwritten.note(refused(first), GONE);
    await unwritten.note(endOf(second, { kind: 'done' }), FULL);
    await unwritten.again();
    expect(written).toEqual([second.jobId]);
  });
});
