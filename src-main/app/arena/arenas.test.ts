/** An arena on a real database: blind until the choice, kept over a restart, counted at the end. */
import type { ArenaPair } from '@shared/model/arena';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  type Library,
  newJobs,
  newRun,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { createArenas } from './arenas';

const OTHER = { provider: 'openai', model: 'the-other-model' } as const;

let library: Library;
let store: Store;
let runId: number;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  runId = (await plannedRun(store, 4)).id;
  await store.planJobs(
    runId,
    newJobs(4).map((job) => ({ ...job, position: job.position + 4, model: OTHER, stem: `o/${job.stem}` })),
  );
  for (let at = 0; at < 8; at += 1) {
    await finish();
  }
});
afterEach(() => library.remove());

/** As the model that the job names. */
async function finish(of = runId): Promise<void> {
  const [job] = await store.pending(of, 0, 1);
  if (job === undefined) {
    throw new Error('No job is pending.');
  }
  const start = { ...attemptFor(store, job), model: job.model.model };
  await store.sent([start]);
  await store.ended(doneEnd(start, fileOf((await store.job(job.id))?.stem ?? '')));
}

const arenas = (random = Math.random) => createArenas({ store, random });

async function nextPair(arenaId: number): Promise<ArenaPair> {
  const pair = await arenas().pair(arenaId, 0, false);
  if (pair === null) {
    throw new Error('no pair is left');
  }
  return pair;
}

/** Pairs come in any order. */
async function pairOfRow(arenaId: number, row: number): Promise<ArenaPair> {
  for (let from = 0; ; from += 1) {
    const pair = await arenas().pair(arenaId, from, true);
    const stored = pair === null ? null : await store.arenaPair(pair.id);
    if (pair === null || (await store.job(stored?.left.jobId ?? 0))?.row === row) {
      return pair ?? (await nextPair(arenaId));
    }
  }
}

/** Chooses the picture of that side, wherever it stands. */
async function prefer(arenaId: number, label: string): Promise<ArenaPair> {
  const pair = await nextPair(arenaId);
  const stored = await store.arenaPair(pair.id);
  const isLeft = stored?.left.model === label;
  await arenas().choose(pair.id, isLeft ? 'left' : 'right');
  return pair;
}

describe('an arena', () => {
  it('is offered where two sides have answers', async () => {
    expect(await arenas().offers({ runIds: [runId] })).toMatchObject({
      offers: [{ kind: 'model', pairs: 4, sides: [{ label: 'gpt-image-1' }, { label: 'the-other-model' }] }],
    });
    await expect(arenas().create({ runIds: [runId], kind: 'endpoint' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('tells the page nothing of whose a picture is', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const pair = await nextPair(id);
    const told = JSON.stringify(pair);
    expect(told).not.toContain('gpt-image-1');
    expect(told).not.toContain('the-other-model');
    // Nor by the number of a result or a job, which go up model by model.
    expect(pair.left).toBe(`media://library/pair-view/${pair.id}/left`);
    expect(pair.right).toBe(`media://library/pair-view/${pair.id}/right`);
  });

  it('tells what both were asked, and nothing where they were asked for different things', async () => {
    const first = await store.run(runId);
    const { recipe, ...asked } = newRun(first?.datasetId ?? 0, '/nowhere/second');
    await store.addRows(asked.datasetId, [{ row: 0, index: 0, fields: { instruction: 'Make it night' } }]);
    const sameModel = await arenas().create({ runIds: [runId], kind: 'model' });
    expect((await pairOfRow(sameModel.id, 0)).instruction).toBe('Make it night');
    const other = await store.createRun({ ...asked, recipe: { ...recipe, instruction: 'Tint it blue' } });
    await store.planJobs(other.id, newJobs(1));
    await finish(other.id);
    const { id } = await arenas().create({ runIds: [runId, other.id], kind: 'run' });
    const pair = await pairOfRow(id, 0);
    expect(JSON.stringify(pair)).not.toMatch(/blue|night/);
    expect(pair.instruction).toBe('');
  });

  it('goes on after a restart where it was left, and ends in win rates and preferences', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model', name: 'First look' });
    await prefer(id, 'the-other-model');
    await prefer(id, 'the-other-model');
    store = await library.open();
    expect(await arenas().list()).toMatchObject([{ id, name: 'First look', pairs: 4, decided: 2 }]);
    await prefer(id, 'the-other-model');
    await arenas().choose((await nextPair(id)).id, 'tie');
    expect(await arenas().pair(id, 0, false)).toBeNull();
    expect(await arenas().outcome(id)).toMatchObject({
      decided: 4,
      ties: 1,
      sides: [
        { name: 'the-other-model', wins: 3, ties: 1, rate: 0.875 },
        { name: 'gpt-image-1', losses: 3, ties: 1, rate: 0.125 },
      ],
      models: [],
    });
    const preferences = await store.arenaPairs(id, 0, 100);
    expect(preferences).toHaveLength(3);
    for (const { chosenJobId, rejectedJobId } of preferences) {
      expect((await store.job(chosenJobId))?.model).toBe('the-other-model');
      expect((await store.job(rejectedJobId))?.model).toBe('gpt-image-1');
    }
    expect(await store.arenaPairs(id, preferences[0]?.id ?? 0, 1)).toEqual([preferences[1]]);
  });

  it('takes a choice back', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const pair = await prefer(id, 'gpt-image-1');
    expect(await arenas().choose(pair.id, null)).toMatch(/left|right/);
    expect((await nextPair(id)).id).toBe(pair.id);
    expect((await arenas().outcome(id)).decided).toBe(0);
  });

  it('takes every choice back, the last first, also those of earlier sessions', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const made: number[] = [];
    for (const choice of ['left', 'tie', 'skip'] as const) {
      const pair = await nextPair(id);
      made.push(pair.id);
      await arenas().choose(pair.id, choice);
    }
    store = await library.open();
    const taken = [await arenas().undo(id), await arenas().undo(id), await arenas().undo(id)];
    expect(taken.map((pair) => pair?.id)).toEqual(made.toReversed());
    expect(taken.every((pair) => pair?.choice === undefined)).toBe(true);
    expect(await arenas().undo(id)).toBeNull();
    expect(await arenas().get(id)).toMatchObject({ decided: 0 });
    // One that was decided anew is the last again.
    await arenas().choose(made[0] ?? 0, 'right');
    expect((await arenas().undo(id))?.id).toBe(made[0]);
  });

  it('takes its own choice back where others choose too, and leaves what they said since', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const [mine, theirs] = [await nextPair(id), await arenas().pair(id, 1, true)];
    await arenas().choose(mine.id, 'left');
    await arenas().choose(theirs?.id ?? 0, 'tie');
    const own = { pairId: mine.id, choice: 'left', before: null } as const;
    expect(await arenas().undo(id, own)).toMatchObject({ id: mine.id });
    expect(await arenas().get(id)).toMatchObject({ decided: 1 });
    expect((await store.arenaPair(theirs?.id ?? 0))?.choice).toBe('tie');
    // Over another's choice, which is there again.
    await arenas().choose(theirs?.id ?? 0, 'right');
    const over = { pairId: theirs?.id ?? 0, choice: 'right', before: 'tie' } as const;
    expect((await arenas().undo(id, over))?.choice).toBe('tie');
    expect((await arenas().undo(id, over))?.choice).toBe('tie');
  });

  it('is removed and put back with its choices', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    await prefer(id, 'gpt-image-1');
    await arenas().remove(id);
    expect(await arenas().list()).toEqual([]);
    await arenas().restore(id);
    expect(await arenas().list()).toMatchObject([{ id, decided: 1 }]);
  });

  it('compares what it compared, also when a job was done again since; that is no preference any more', async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const pair = await prefer(id, 'gpt-image-1');
    const { left } = (await store.arenaPair(pair.id)) ?? {};
    await store.movedResults([{ resultId: left?.resultId ?? 0, fileName: 'kept.v1.png' }]);
    await store.requeueWith(left?.jobId ?? 0, 'something else');
    await finish();
    expect(await arenas().pictureOf(pair.id, 'left')).toContain('kept.v1.png');
    expect(await store.arenaPairs(id, 0, 100)).toEqual([]);
  });

  it("shows nothing of a run that another has taken the folder over from: its files are that one's", async () => {
    const { id } = await arenas().create({ runIds: [runId], kind: 'model' });
    const pair = await prefer(id, 'gpt-image-1');
    await plannedRun(store, 4);
    expect(await store.arenaPair(pair.id)).toBeNull();
    expect(await arenas().pair(id, 0, true)).toBeNull();
    expect(await store.arenaPairs(id, 0, 100)).toEqual([]);
    expect(await store.takeArenaChoiceBack(id)).toBeNull();
    // What was chosen was chosen of the pictures of then.
    expect(await store.arenaChoices(id)).toHaveLength(1);
  });
});
