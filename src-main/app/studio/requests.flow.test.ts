/** The studio in a real app, its requests over a real socket: what grows from what, and what was really sent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../demo/testing/moment';
import { listedModel } from '../testing/listed-model';
import { GEMINI, openStudioScene, OPENAI, picture, type StudioScene, subject } from './testing/studio-scene';

let scene: StudioScene;
beforeEach(async () => {
  scene = await openStudioScene();
});
afterEach(() => scene.remove());

const lastSent = () => scene.server.requests.at(-1);

describe('a request', () => {
  it('generates where it has no picture, with a node for each variant', async () => {
    const nodes = await scene.sent({
      instruction: 'a lighthouse {{at}} dusk',
      variants: 3,
      aspectRatio: '3:2',
    });
    expect(nodes.map(({ origin, picture: shown }) => [origin.kind, shown?.mimeType])).toEqual(
      Array.from({ length: 3 }, () => ['result', 'image/png']),
    );
    expect(nodes.map(({ parentId }) => parentId)).toEqual([null, null, null]);
    expect(scene.server.requests).toHaveLength(3);
    expect(lastSent()).toMatchObject({ prompt: 'a lighthouse {{at}} dusk', images: [] });
    const [tree] = await scene.studio.trees();
    expect(tree).toMatchObject({ name: 'a lighthouse {{at}} dusk', nodes: 3 });
    expect(tree?.cover).toContain(`/picture/${nodes[2]?.id}`);
  });

  it('is a run like any other, which the lists of runs can tell from others', async () => {
    const [node] = await scene.sent({ instruction: 'a hen' });
    const runId = node?.origin.kind === 'result' ? node.origin.runId : 0;
    expect(await scene.library.app.runs.found(runId)).toMatchObject({
      origin: 'studio',
      name: 'a hen',
      state: { kind: 'finished' },
      counts: { done: 1 },
    });
  });

  it('goes out while others are still in flight', async () => {
    await scene.sent({ instruction: 'the first' });
    const areAllOut = moment();
    scene.script = () => ({ until: areAllOut.come });
    const instructions = ['a cat', 'a dog', 'a hen'];
    const sending = Promise.all(instructions.map((instruction) => scene.sent({ instruction })));
    await expect.poll(() => scene.server.inFlight).toBe(3);
    areAllOut.now();
    await sending;
    expect(await scene.studio.trees()).toHaveLength(4);
  });

  it('says which picture is which, and keeps what was written', async () => {
    const { treeId, nodeId } = await scene.brought();
    const { broughtIds } = await scene.bring(treeId, [{ name: 'b.png', bytes: await picture(32, 32) }]);
    const [node] = await scene.sent({
      instruction: 'put the second into the first',
      inputs: [subject(nodeId), { nodeId: broughtIds[0] ?? 0, role: 'style' }],
    });
    expect(lastSent()?.images).toHaveLength(2);
    expect(lastSent()?.prompt).toBe(
      'Image 1 is the subject: the picture to edit.\nImage 2 shows the style to follow.\n\nput the second into the first',
    );
    expect(node).toMatchObject({
      parentId: nodeId,
      treeId,
      origin: { ask: { instruction: 'put the second into the first' } },
    });
  });

  it('is refused with a sentence before anything is written', async () => {
    const send = (ask: Parameters<StudioScene['sent']>[0]) => scene.sent(ask);
    await expect(send({ model: { provider: 'google_genai', model: 'demo' } })).rejects.toThrow('No endpoint');
    await expect(send({ inputs: [subject(9)] })).rejects.toThrow('no longer in the library');
    await expect(send({ aspectRatio: 'nonsense' })).rejects.toThrow('nonsense');
    await scene.library.app.saveSettings({ dayCaps: { requests: 1 } });
    await scene.sent({});
    await expect(send({})).rejects.toThrow("Today's cap of 1 requests is reached");
    expect(await scene.library.app.store.runs()).toHaveLength(1);
    expect(await scene.studio.trees()).toHaveLength(1);
  });

  it('is refused with more pictures than its model takes', async () => {
    const { nodeId } = await scene.brought();
    await scene.library.app.models.add(listedModel('two-eyes', { tasks: ['edit'], maxInputImages: 2 }));
    const model = { provider: 'google_genai', model: 'two-eyes' } as const;
    const inputs = [subject(nodeId), subject(nodeId), subject(nodeId)];
    await expect(scene.sent({ model, inputs })).rejects.toThrow('takes at most 2');
    await expect(scene.sent({ model })).rejects.toThrow('only edits');
  });
});

describe('a chain of edits', () => {
  it('sends the exact bytes of each parent, over a restart, and branches', async () => {
    const { treeId, nodeId } = await scene.brought();
    let parent = nodeId;
    const chain: number[] = [];
    for (const instruction of ['make it blue', 'rotate it 90°', 'blur it', 'add a red frame', 'invert it']) {
      const before = await scene.node(parent);
      const [node] = await scene.sent({ instruction, inputs: [subject(parent)] });
      expect(lastSent()?.images.map(({ sha256 }) => sha256)).toEqual([before.picture?.sha256]);
      expect(lastSent()?.prompt).toBe(instruction);
      expect(node).toMatchObject({ parentId: parent, treeId, origin: { state: 'done' } });
      parent = node?.id ?? 0;
      chain.push(parent);
    }
    await scene.library.reopen();
    const second = await scene.node(chain[1] ?? 0);
    const [branch] = await scene.sent({
      instruction: 'greyscale',
      model: OPENAI,
      inputs: [subject(second.id)],
    });
    expect(branch?.parentId).toBe(second.id);
    expect(lastSent()?.images.map(({ sha256 }) => sha256)).toEqual([second.picture?.sha256]);
    const { tree, nodes } = await scene.studio.tree(treeId);
    expect(tree.nodes).toBe(7);
    expect(nodes.map((node) => node.parentId)).toEqual([null, nodeId, ...chain.slice(0, 4), second.id]);
  });

  it('is pruned with all that grew from it, and put back', async () => {
    const { treeId, nodeId } = await scene.brought();
    const [first] = await scene.sent({ inputs: [subject(nodeId)] });
    const [second] = await scene.sent({ inputs: [subject(first?.id ?? 0)], instruction: 'blur it' });
    const pruned = await scene.studio.prune(first?.id ?? 0);
    expect(pruned).toEqual([first?.id, second?.id]);
    expect((await scene.studio.tree(treeId)).nodes.map(({ id }) => id)).toEqual([nodeId]);
    await scene.library.reopen();
    await scene.studio.restore(pruned);
    expect((await scene.studio.tree(treeId)).nodes.map(({ id }) => id)).toEqual([nodeId, ...pruned]);
  });

  it('goes in a tree that can be renamed, removed and put back', async () => {
    const { treeId, nodeId } = await scene.brought();
    await scene.studio.renameTree(treeId, 'The house');
    await scene.studio.renameNode(nodeId, 'As it was');
    await scene.studio.removeTree(treeId);
    expect(await scene.studio.trees()).toEqual([]);
    await expect(scene.studio.tree(treeId)).rejects.toThrow('no longer in the library');
    await scene.studio.restoreTree(treeId);
    const { tree, nodes } = await scene.studio.tree(treeId);
    expect([tree.name, nodes[0]?.name]).toEqual(['The house', 'As it was']);
    await expect(scene.studio.renameTree(99, 'x')).rejects.toThrow('no longer');
  });
});

describe('a conversation', () => {
  it('goes on with the same model from its own answer, and only then', async () => {
    const { nodeId } = await scene.brought();
    const talk = { turn: 'conversation' } as const;
    const [first] = await scene.sent({ ...talk, inputs: [subject(nodeId)] });
    expect(first?.origin).toMatchObject({ ask: { turn: 'fresh' } });
    const [second] = await scene.sent({ ...talk, instruction: 'blur it', inputs: [subject(first?.id ?? 0)] });
    expect(second?.origin).toMatchObject({ ask: { turn: 'conversation' } });
    const [other] = await scene.sent({ ...talk, model: OPENAI, inputs: [subject(second?.id ?? 0)] });
    expect(other?.origin).toMatchObject({ ask: { turn: 'fresh', model: OPENAI } });
    const [third] = await scene.sent({ ...talk, model: GEMINI, inputs: [subject(second?.id ?? 0)] });
    const resultId = second?.origin.kind === 'result' ? (second.origin.resultId ?? 0) : 0;
    expect(await scene.library.app.store.resultTurn(resultId)).toContain('thoughtSignature');
    const rows = await rowOf(third?.origin.kind === 'result' ? third.origin.runId : 0);
    const history = JSON.parse(rows?.fields['brushfleet:history'] ?? '[]') as {
      prompt: string;
      inputs: string[];
    }[];
    expect(history.map(({ prompt, inputs }) => [prompt, inputs.length])).toEqual([
      ['make it blue', 1],
      ['blur it', 0],
    ]);
  });

  async function rowOf(runId: number) {
    const { app } = scene.library;
    return (await app.store.rows((await app.runs.found(runId)).datasetId, 0, 1))[0];
  }
});
