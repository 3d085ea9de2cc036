/** What is asked for twice, or while something else is on its way: no request goes out that nobody wanted. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../demo/testing/moment';
import { asked, ended, openStudioScene, picture, type StudioScene, subject } from './testing/studio-scene';

let scene: StudioScene;
beforeEach(async () => {
  scene = await openStudioScene();
});
afterEach(() => scene.remove());

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 10 }).toBe(true);
}

async function stateOf(nodeId: number): Promise<string> {
  const { origin } = await scene.node(nodeId);
  return origin.kind === 'result' ? origin.state : origin.kind;
}

/** What would go by itself would have begun: each of these waits for all that is asked of the library before. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) {
    await scene.library.app.store.studioTrees();
  }
  expect(scene.library.app.runs.isAnyActive()).toBe(false);
}

const NO = () => ({
  status: 400,
  body: { error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } },
});

describe('a request that is tried again', () => {
  it('goes once, though two windows ask for it at the same moment', async () => {
    scene.script = NO;
    const [node] = await scene.sent({ instruction: 'a hen' });
    scene.script = () => null;
    scene.server.clear();
    const nodeId = node?.id ?? 0;
    await Promise.all([1, 2, 3].map(() => scene.studio.retry([nodeId])));
    await ended(scene.library, await scene.studio.tree(node?.treeId ?? 0));
    expect(scene.server.requests).toHaveLength(1);
    expect(await stateOf(nodeId)).toBe('done');
    expect(scene.library.app.runs.isAnyActive()).toBe(false);
  });

  it('goes once when it was asked for again while its siblings were in flight', async () => {
    let seen = 0;
    const isAsked = moment();
    scene.script = () => {
      seen += 1;
      return seen === 1 ? NO() : { until: isAsked.come };
    };
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens', variants: 3 }) });
    const failed = async () => {
      for (const id of begun.sentIds) {
        if ((await stateOf(id)) === 'failed') return id;
      }
      return 0;
    };
    await until(async () => (await failed()) !== 0);
    const nodeId = await failed();
    await scene.studio.retry([nodeId]);
    await scene.studio.retry([nodeId]);
    isAsked.now();
    await until(async () => (await stateOf(nodeId)) === 'done');
    await ended(scene.library, begun);
    expect(await Promise.all(begun.sentIds.map(stateOf))).toEqual(['done', 'done', 'done']);
    expect(scene.server.requests).toHaveLength(4);
    expect(scene.library.app.runs.isAnyActive()).toBe(false);
  });
});

describe('a request that was taken out of its tree', () => {
  it('is not sent again, for nobody would see what it brings', async () => {
    scene.script = NO;
    const [node] = await scene.sent({ instruction: 'a hen' });
    const nodeId = node?.id ?? 0;
    scene.script = () => null;
    scene.server.clear();
    await scene.studio.prune(nodeId);
    await expect(scene.studio.retry([nodeId])).rejects.toThrow('was taken out of its tree');
    await scene.studio.restore([nodeId]);
    await scene.studio.removeTree(node?.treeId ?? 0);
    await expect(scene.studio.retry([nodeId])).rejects.toThrow('was taken out of its tree');
    expect(scene.server.requests).toEqual([]);
    await scene.studio.restoreTree(node?.treeId ?? 0);
    await scene.studio.retry([nodeId]);
    await ended(scene.library, await scene.studio.tree(node?.treeId ?? 0));
    expect(await stateOf(nodeId)).toBe('done');
  });

  it('before it has left is not sent, and goes out once when it is put back', async () => {
    for (const away of ['picture', 'tree'] as const) {
      scene.server.clear();
      const release = scene.library.app.hold();
      const begun = await scene.studio.send({
        treeId: null,
        ask: asked({ instruction: 'hens', variants: 2 }),
      });
      const [first = 0, second = 0] = begun.sentIds;
      await (away === 'picture' ? scene.studio.prune(first) : scene.studio.removeTree(begun.tree.id));
      release();
      await ended(scene.library, begun);
      expect(scene.server.requests).toHaveLength(away === 'picture' ? 1 : 0);
      await (away === 'picture' ? scene.studio.restore([first]) : scene.studio.restoreTree(begun.tree.id));
      await until(async () => (await stateOf(first)) === 'done' && (await stateOf(second)) === 'done');
      expect(scene.server.requests).toHaveLength(2);
      await ended(scene.library, begun);
    }
  });

  it('and was lost or failed meanwhile, is not paid for a second time because it is put back', async () => {
    for (const fault of [{ reset: 'midBody' }, NO()] as const) {
      scene.server.clear();
      const isAway = moment();
      scene.script = () => ({ ...fault, until: isAway.come });
      const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens' }) });
      const [nodeId = 0] = begun.sentIds;
      await until(() => scene.server.inFlight === 1);
      await scene.studio.prune(nodeId);
      isAway.now();
      await ended(scene.library, begun);
      scene.script = () => null;
      await scene.studio.restore([nodeId]);
      const outcome = await stateOf(nodeId);
      expect(outcome).not.toBe('done');
      await settled();
      expect(await stateOf(nodeId)).toBe(outcome);
      expect(scene.server.requests).toHaveLength(1);
    }
  });

  it('goes out once, though it is put back before it was wholly taken out', async () => {
    const release = scene.library.app.hold();
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens', variants: 2 }) });
    const [nodeId = 0] = begun.sentIds;
    await Promise.all([scene.studio.prune(nodeId), scene.studio.restore([nodeId])]);
    release();
    await until(async () => (await stateOf(nodeId)) === 'done');
    await ended(scene.library, begun);
    expect(scene.server.requests).toHaveLength(2);
  });

  it('of a run that stands still is not sent because it is put back', async () => {
    const { app } = scene.library;
    const release = app.hold();
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens', variants: 2 }) });
    const { origin } = await scene.node(begun.sentIds[0] ?? 0);
    await app.runs.stop(origin.kind === 'result' ? origin.runId : 0);
    release();
    await scene.studio.removeTree(begun.tree.id);
    await scene.studio.restoreTree(begun.tree.id);
    await settled();
    expect(scene.server.requests).toEqual([]);
    await scene.studio.retry(begun.sentIds);
    await until(async () => (await Promise.all(begun.sentIds.map(stateOf))).every((one) => one === 'done'));
    expect(scene.server.requests).toHaveLength(2);
  });

  it('is left out when a sibling goes on after the program ended under it', async () => {
    const { app } = scene.library;
    const release = app.hold();
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens', variants: 2 }) });
    const [gone = 0, shown = 0] = begun.sentIds;
    const { origin } = await scene.node(gone);
    await app.runs.stop(origin.kind === 'result' ? origin.runId : 0);
    release();
    // Its job came back as pending with the library.
    await app.store.pruneStudioNode(gone);
    await scene.studio.retry([shown]);
    await ended(scene.library, begun);
    expect(await stateOf(shown)).toBe('done');
    expect(scene.server.requests).toHaveLength(1);
    await scene.studio.restore([gone]);
    expect(await stateOf(gone)).toBe('cancelled');
  });

  it('while it waits for its siblings is not sent either', async () => {
    let seen = 0;
    scene.script = () => {
      seen += 1;
      return seen === 1 ? NO() : { hang: true };
    };
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'hens', variants: 2 }) });
    const failed = async () => {
      const states = await Promise.all(begun.sentIds.map(stateOf));
      return begun.sentIds[states.indexOf('failed')] ?? 0;
    };
    await until(async () => (await failed()) !== 0);
    const nodeId = await failed();
    await until(() => scene.server.inFlight === 1);
    await scene.studio.retry([nodeId]);
    await scene.studio.prune(nodeId);
    await scene.studio.cancel(begun.sentIds.filter((id) => id !== nodeId));
    await ended(scene.library, begun);
    expect(scene.server.requests).toHaveLength(2);
    await scene.studio.restore([nodeId]);
    expect(await stateOf(nodeId)).toBe('failed');
  });

  it('comes back with what it grew from', async () => {
    const { treeId, nodeId } = await scene.brought();
    const [first] = await scene.sent({ inputs: [subject(nodeId)] });
    const [second] = await scene.sent({ inputs: [subject(first?.id ?? 0)], instruction: 'blur it' });
    await scene.studio.prune(second?.id ?? 0);
    await scene.studio.prune(first?.id ?? 0);
    await scene.studio.restore([second?.id ?? 0]);
    const { nodes } = await scene.studio.tree(treeId);
    expect(nodes.map(({ id }) => id)).toEqual([nodeId, first?.id, second?.id]);
  });
});

describe('a run that two windows continue at the same moment', () => {
  it('is started once, and ends', async () => {
    scene.script = NO;
    const [node] = await scene.sent({ instruction: 'a hen' });
    const { runId, jobId } = node?.origin.kind === 'result' ? node.origin : { runId: 0, jobId: 0 };
    scene.script = () => null;
    scene.server.clear();
    const { app } = scene.library;
    await app.store.requeue(runId, { kind: 'jobs', jobIds: [jobId] });
    await Promise.all([app.runs.resume(runId), app.runs.resume(runId), scene.studio.retry([node?.id ?? 0])]);
    await ended(scene.library, await scene.studio.tree(node?.treeId ?? 0));
    expect(scene.server.requests).toHaveLength(1);
    expect(app.runs.isAnyActive()).toBe(false);
    expect((await app.runs.found(runId)).state.kind).toBe('finished');
  });
});

describe('the list of runs', () => {
  it('leaves out requests that are over, and keeps those under way', async () => {
    const { app } = scene.library;
    await scene.sent({ instruction: 'a hen' });
    expect(await app.runs.list()).toEqual([]);
    scene.script = () => ({ hang: true });
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'a cat' }) });
    await until(() => scene.server.inFlight === 1);
    expect((await app.runs.list()).map(({ name }) => name)).toEqual(['a cat']);
    await scene.studio.cancel(begun.sentIds);
    expect(await app.runs.list()).toEqual([]);
  });
});

describe('a tree that was removed', () => {
  it('takes no request, and a picture that was taken out grows no other', async () => {
    const { treeId, nodeId } = await scene.brought();
    await scene.studio.prune(nodeId);
    await expect(scene.sent({ inputs: [subject(nodeId)] })).rejects.toThrow('was taken out of its tree');
    await scene.studio.restore([nodeId]);
    await scene.studio.removeTree(treeId);
    await expect(scene.sent({ inputs: [subject(nodeId)] })).rejects.toThrow('no longer in the library');
    expect(scene.server.requests).toEqual([]);
  });
});

describe('a chain over rows', () => {
  it('asked for twice at once is two, neither of which takes the place of the other', async () => {
    const { app, folder } = scene.library;
    const { nodeId } = await scene.brought();
    const [edit] = await scene.sent({ inputs: [subject(nodeId)] });
    const rows = join(folder, 'rows');
    await mkdir(rows);
    await writeFile(join(rows, 'one.png'), await picture());
    const reading = await app.importer.start({ path: rows, name: 'rows', format: 'folder' });
    const { id: datasetId } = await reading.whole;
    scene.script = () => ({ latencyMs: 200 });
    const ask = { nodeId: edit?.id ?? 0, datasetId, outputDir: join(folder, 'out') };
    const runs = await Promise.all([scene.studio.applyChain(ask), scene.studio.applyChain(ask)]);
    expect(new Set(runs.map(({ outputDir }) => outputDir)).size).toBe(2);
    await Promise.all(runs.map(({ id }) => app.runs.over(id)));
    expect((await app.runs.list()).map(({ counts }) => counts.done)).toEqual([1, 1]);
  });
});
