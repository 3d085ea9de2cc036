/** What is really sent for a picture, and what comes in as what: over a real socket. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryId } from '../pictures/library-id';
import { embedRecipe } from '../pictures/recipe';
import {
  ended,
  GEMINI,
  halfMask,
  openStudioScene,
  OPENAI,
  picture,
  type StudioScene,
  subject,
} from './testing/studio-scene';

let scene: StudioScene;
beforeEach(async () => {
  scene = await openStudioScene();
});
afterEach(() => scene.remove());

const lastSent = () => scene.server.requests.at(-1);

describe('a mask beside a photograph', () => {
  it.each(['jpeg', 'webp'] as const)(
    'goes with a PNG copy of a %s, as the interface asks for',
    async (kind) => {
      const bytes = await sharp(await picture())
        .toFormat(kind)
        .toBuffer();
      const { broughtIds } = await scene.bring(null, [{ name: `photo.${kind}`, bytes }]);
      const nodeId = broughtIds[0] ?? 0;
      const [node] = await scene.sent(
        { model: OPENAI, inputs: [subject(nodeId)] },
        { mask: await halfMask() },
      );
      expect([lastSent()?.images[0]?.mimeType, lastSent()?.mask?.mimeType]).toEqual([
        'image/png',
        'image/png',
      ]);
      expect(node?.origin).toMatchObject({
        maskSentAs: 'mask',
        sentNotes: [expect.stringContaining('the mask is a PNG, and both must be of one kind')],
      });
      // Without a mask it goes as it came.
      await scene.sent({ model: OPENAI, inputs: [subject(nodeId)] });
      expect(lastSent()?.images[0]?.sha256).toBe(sha256(bytes));
    },
  );
});

describe('a request that could not be started', () => {
  it('is cancelled, not left to go out behind the back of who sends it once more', async () => {
    const { app } = scene.library;
    const start = app.runs.start;
    (app.runs as { start: unknown }).start = () => Promise.reject(new Error('The disk is full.'));
    await expect(scene.sent({ instruction: 'a hen' })).rejects.toThrow('The disk is full.');
    (app.runs as { start: unknown }).start = start;
    const [tree] = await scene.studio.trees();
    const { nodes } = await scene.studio.tree(tree?.id ?? 0);
    expect(nodes.map(({ origin }) => origin.kind === 'result' && origin.state)).toEqual(['cancelled']);
    expect(await app.runs.list()).toEqual([]);
    await scene.studio.retry(nodes.map(({ id }) => id));
    await ended(scene.library, { tree: tree as never, nodes });
    expect(scene.server.requests).toHaveLength(1);
  });
});

describe('a conversation', () => {
  it('is a fresh edit where the model left no turn to go on from', async () => {
    const { nodeId } = await scene.brought();
    const [first] = await scene.sent({ inputs: [subject(nodeId)] });
    const { store } = scene.library.app;
    const turnOf = store.resultTurn;
    (store as { resultTurn: unknown }).resultTurn = () => Promise.resolve(null);
    const [second] = await scene.sent({
      turn: 'conversation',
      instruction: 'blur it',
      model: GEMINI,
      inputs: [subject(first?.id ?? 0)],
    });
    (store as { resultTurn: unknown }).resultTurn = turnOf;
    expect(second?.origin).toMatchObject({ ask: { turn: 'fresh' } });
    expect(lastSent()?.images).toHaveLength(1);
  });
});

describe('a picture of ours that another program changed', () => {
  it('comes in as it is: what was painted on it is not thrown away', async () => {
    const [node] = await scene.sent({ instruction: 'a hen' });
    const path = (await scene.studio.pictureOf(node?.id ?? 0, 'picture')) ?? '';
    const changed = await sharp(await readFile(path))
      .composite([{ input: await picture(40, 30), left: 5, top: 5 }])
      .png()
      .toBuffer();
    const back = await scene.bring(null, [
      { name: 'back.png', bytes: await withRecipe(changed, node?.id ?? 0) },
    ]);
    expect(back.broughtIds).not.toEqual([node?.id]);
    expect(back.nodes[0]?.origin.kind).toBe('source');
  });

  it('is its own node where it was only saved in another format', async () => {
    const [node] = await scene.sent({ instruction: 'a hen' });
    const path = (await scene.studio.pictureOf(node?.id ?? 0, 'picture')) ?? '';
    const saved = await sharp(await readFile(path))
      .jpeg({ quality: 90 })
      .toBuffer();
    const back = await scene.bring(null, [
      { name: 'back.jpg', bytes: await withRecipe(saved, node?.id ?? 0) },
    ]);
    expect(back.broughtIds).toEqual([node?.id]);
  });

  async function withRecipe(bytes: Buffer, nodeId: number): Promise<Buffer> {
    const embedded = embedRecipe(bytes, {
      brushfleet: 1,
      appVersion: '0',
      instruction: 'a hen',
      provider: 'google_genai',
      model: 'painter',
      settings: { task: 't2i' },
      inputs: [],
      sha256: sha256(bytes),
      place: {
        libraryId: await libraryId(scene.library.app.paths.root),
        runId: 1,
        resultId: 1,
        index: 0,
        variant: 0,
        nodeId,
      },
      madeAt: '2026-11-21T00:00:00Z',
    });
    return embedded.kind === 'embedded' ? embedded.bytes : bytes;
  }
});

describe('pictures that come in together', () => {
  it('are written in one go, however many they are', async () => {
    const { store } = scene.library.app;
    let commits = 0;
    const add = store.addStudioNodes;
    (store as { addStudioNodes: unknown }).addStudioNodes = (nodes: Parameters<typeof add>[0]) => {
      commits += 1;
      return add(nodes);
    };
    const pictures = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => ({ name: `${at}.png`, bytes: await picture(20 + at, 20) })),
    );
    const { broughtIds, nodes } = await scene.bring(null, pictures);
    expect(commits).toBe(1);
    expect(nodes.map(({ id }) => id)).toEqual(broughtIds);
  });

  it('come back with the tree of a result that was removed, and mix no trees', async () => {
    const [first] = await scene.sent({ instruction: 'a hen' });
    const [second] = await scene.sent({ instruction: 'a cat' });
    const ids = [first, second].map((node) =>
      node?.origin.kind === 'result' ? (node.origin.resultId ?? 0) : 0,
    );
    await scene.studio.removeTree(first?.treeId ?? 0);
    const back = await scene.studio.bringResults(null, ids);
    const inTree = back.nodes.map(({ id }) => id);
    expect(back.broughtIds.filter((id) => !inTree.includes(id))).toEqual([]);
    expect(back.broughtIds).toHaveLength(2);
    expect(back.problems).toEqual([]);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
