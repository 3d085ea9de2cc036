/** Trees, nodes, words and chains of the studio, on both drivers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store';
import type { StoredOrigin } from './studio-store';
import {
  attemptFor,
  DRIVERS,
  type Library,
  newJobs,
  newRun,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

const SOURCE: StoredOrigin = {
  kind: 'source',
  fileName: 'a.png',
  picture: { file: 'sources/a.png', width: 4, height: 3, mimeType: 'image/png', sizeBytes: 9, sha256: 'ab' },
};
const RESULT: StoredOrigin = {
  kind: 'result',
  ask: {
    inputs: [],
    instruction: 'bluer',
    model: { provider: 'openai', model: 'm' },
    variants: 1,
    turn: 'fresh',
  },
  variant: 0,
};

describe.each(DRIVERS)('the studio on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  async function grown(): Promise<{ treeId: number; ids: readonly number[] }> {
    const { id: treeId } = await store.addStudioTree('t');
    const ids: number[] = [];
    // 1 <- 2 <- 3, 1 <- 4, and 5 by itself.
    for (const parent of [null, 0, 1, 0, null]) {
      const parentId = parent === null ? null : (ids[parent] ?? null);
      ids.push(...(await store.addStudioNodes([{ treeId, parentId, name: '', origin: SOURCE }])));
    }
    return { treeId, ids };
  }

  it('prunes a node with all that grew from it, and answers only what was there', async () => {
    const { treeId, ids } = await grown();
    const [, second = 0, third = 0] = ids;
    expect(await store.pruneStudioNode(third)).toEqual([third]);
    expect(await store.pruneStudioNode(second)).toEqual([second]);
    expect(await store.pruneStudioNode(second)).toEqual([]);
    expect((await store.studioTree(treeId))?.nodes).toBe(3);
    await store.restoreStudioNodes([second]);
    store = await library.open();
    expect((await store.studioNodes(treeId)).map(({ id }) => id)).toEqual(ids.filter((id) => id !== third));
  });

  it('shows the newest picture as the cover, the composite where there is one', async () => {
    const { treeId, ids } = await grown();
    const cover = async () => (await store.studioTree(treeId))?.cover;
    expect(await cover()).toEqual({ nodeId: ids[4], part: 'picture', version: 0 });
    const { id: runId } = await plannedRun(store, 1);
    const [job] = (await store.jobs({ runId, offset: 0, limit: 1 })).jobs;
    const jobId = job?.id ?? 0;
    const [node = 0] = await store.addStudioNodes([
      { treeId, parentId: null, name: '', origin: RESULT, jobId },
    ]);
    expect((await cover())?.nodeId).toBe(ids[4]);
    expect((await store.studioNodesById([node]))[0]).toMatchObject({
      job: { state: 'pending', result: null },
    });
    const attempt = attemptFor(store, { id: jobId, runId });
    await store.sent([attempt]);
    expect((await store.studioNodesOfJobs([jobId]))[0]?.job).toMatchObject({
      state: 'sent',
      sentAt: attempt.sentAt,
    });
    await store.ended({
      ...attempt,
      endedAt: 5,
      bodySentAt: null,
      tookMs: 1500,
      outcome: {
        kind: 'done',
        file: {
          fileName: '0.png',
          temporaryName: '.0.part',
          mimeType: 'image/png',
          width: 8,
          height: 8,
          sizeBytes: 3,
          sha256: 'cd',
        },
        usage: {},
        costUsd: 0.25,
      },
      next: { kind: 'done' },
    } as Parameters<Store['ended']>[0]);
    expect(await store.unfinishedStudioNodes()).toEqual([node]);
    const resultId = (await store.studioNodesById([node]))[0]?.job?.result?.id ?? 0;
    expect(await cover()).toEqual({ nodeId: node, part: 'picture', version: resultId });
    await store.setAnswerOutcome(node, resultId, {
      locked: SOURCE.kind === 'source' ? SOURCE.picture : undefined,
    });
    expect(await cover()).toEqual({ nodeId: node, part: 'locked', version: resultId });
    expect(await store.unfinishedStudioNodes()).toEqual([]);
    expect((await store.studioNodesById([node]))[0]).toMatchObject({
      job: { costUsd: 0.25, sentAt: null, seconds: 1.5, path: '/nowhere/out/0.png' },
      outcome: { locked: { file: 'sources/a.png' } },
    });
    await store.requeue(runId, { kind: 'jobs', jobIds: [jobId] });
    expect((await store.studioNodesById([node]))[0]).toMatchObject({ job: { result: null }, outcome: null });
    expect(await store.studioRuns()).toEqual([{ runId, treeId }]);
  });

  it('cancels the jobs that are named and pending, and counts them', async () => {
    const run = await plannedRun(store, 3);
    const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 3 });
    const [first, second] = jobs.map(({ id }) => id);
    await store.sent([attemptFor(store, { id: first ?? 0, runId: run.id })]);
    expect(await store.cancelPendingJobs(run.id, [first ?? 0, second ?? 0, 999])).toBe(1);
    expect(await store.cancelPendingJobs(run.id + 1, [jobs[2]?.id ?? 0])).toBe(0);
    expect(await store.counts(run.id)).toMatchObject({ sent: 1, cancelled: 1, pending: 1 });
  });

  it('ends a request that has no node, and leaves alone what has one or is no request', async () => {
    const other = await plannedRun(store, 1);
    const made: number[] = [];
    for (const outputDir of ['/nowhere/lost', '/nowhere/shown']) {
      const run = await store.createRun({ ...newRun(other.datasetId, outputDir), origin: 'studio' });
      await store.planJobs(run.id, newJobs(2));
      made.push(run.id);
    }
    const [lost = 0, shown = 0] = made;
    const { id: treeId } = await store.addStudioTree('t');
    const [job] = (await store.jobs({ runId: shown, offset: 0, limit: 1 })).jobs;
    await store.addStudioNodes([{ treeId, parentId: null, name: '', origin: RESULT, jobId: job?.id ?? 0 }]);
    expect(await store.endNodelessRequests()).toBe(1);
    expect(await store.run(lost)).toMatchObject({
      state: { kind: 'finished' },
      counts: { pending: 0, cancelled: 2 },
    });
    expect((await store.run(shown))?.counts).toMatchObject({ pending: 2 });
    expect((await store.run(other.id))?.counts).toMatchObject({ pending: 1 });
  });

  it('forgets the oldest instructions, keeps presets under their number, and chains until they are over', async () => {
    await store.noteInstruction('Über den Dächern');
    await store.noteInstruction('100%');
    expect(await store.instructionsUsed(['ÜBER'], 9)).toMatchObject([{ instruction: 'Über den Dächern' }]);
    expect(await store.instructionsUsed(['0%'], 9)).toHaveLength(1);
    expect(await store.instructionsUsed(['%'], 9)).toHaveLength(1);
    const preset = await store.savePreset({ name: 'n', instruction: '', tags: [] });
    await store.removePreset(preset.id);
    expect((await store.savePreset({ name: 'm', instruction: '', tags: [] })).id).not.toBe(preset.id);
    expect(await store.savePreset(preset)).toEqual(preset);
    const chain = await store.addChain('{}');
    await store.setChain({ ...chain, value: '{"step":1}' });
    expect(await store.openChains()).toMatchObject([{ value: '{"step":1}' }]);
    await store.setChain({ ...chain, isOver: true });
    expect(await store.openChains()).toEqual([]);
  });
});
