/** What becomes of requests: masks, locks, cancelling, trying again, and a process that dies. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../demo/testing/moment';
import {
  asked,
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

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 10 }).toBe(true);
}

async function stateOf(nodeId: number): Promise<string> {
  const { origin } = await scene.node(nodeId);
  return origin.kind === 'result' ? origin.state : origin.kind;
}

describe('a mask', () => {
  it('goes as one to a model that takes one, with the very bytes of the subject', async () => {
    const { nodeId } = await scene.brought();
    const source = await scene.node(nodeId);
    const [node] = await scene.sent({ model: OPENAI, inputs: [subject(nodeId)] }, { mask: await halfMask() });
    expect(lastSent()?.mask?.mimeType).toBe('image/png');
    expect(lastSent()?.images.map(({ sha256 }) => sha256)).toEqual([source.picture?.sha256]);
    expect(lastSent()?.prompt).toBe('make it blue');
    expect(node?.origin).toMatchObject({ maskSentAs: 'mask', mask: expect.stringContaining('/mask/') });
  });

  it('goes as a marked copy and words to a model that takes none', async () => {
    const { nodeId } = await scene.brought();
    const source = await scene.node(nodeId);
    const [node] = await scene.sent({ inputs: [subject(nodeId)] }, { mask: await halfMask() });
    expect(lastSent()?.mask).toBeNull();
    expect(lastSent()?.images).toHaveLength(2);
    expect(lastSent()?.images[0]?.sha256).toBe(source.picture?.sha256);
    expect(lastSent()?.images[1]?.sha256).not.toBe(source.picture?.sha256);
    expect(lastSent()?.prompt).toContain('Image 2 is the subject again, with a region marked in magenta.');
    expect(node?.origin).toMatchObject({ maskSentAs: 'markedUp', ask: { instruction: 'make it blue' } });
  });

  it('is refused where it fits no subject', async () => {
    const { nodeId } = await scene.brought();
    const mask = await halfMask(32, 48);
    await expect(scene.sent({ model: OPENAI, inputs: [subject(nodeId)] }, { mask })).rejects.toThrow(
      'The mask is 32×48 and "house.png" is 64×48',
    );
    await expect(scene.sent({ model: OPENAI }, { mask })).rejects.toThrow('role subject');
    await expect(
      scene.sent({ model: OPENAI, inputs: [subject(nodeId)] }, { mask: await picture() }),
    ).rejects.toThrow('transparent');
    expect(scene.server.requests).toEqual([]);
  });

  it('bounds what a locked edit may change, and the composite is what is edited next', async () => {
    const { nodeId } = await scene.brought();
    // As a model that heeds no region: all of its answer differs.
    const data = (
      await sharp(await picture())
        .negate({ alpha: false })
        .png()
        .toBuffer()
    ).toString('base64');
    const parts = [{ inlineData: { mimeType: 'image/png', data } }];
    const body = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] };
    scene.script = () => ({ status: 200, body });
    const [node] = await scene.sent(
      { instruction: 'invert it', inputs: [subject(nodeId)], lock: { featherPx: 0 } },
      { mask: await halfMask() },
    );
    const origin = node?.origin.kind === 'result' ? node.origin : null;
    expect(origin?.lockProblem).toBeUndefined();
    expect(origin?.drift?.changedShare).toBeGreaterThan(0.5);
    expect(origin?.heatMap).toContain('/heatMap/');
    const { pictureOf } = scene.studio;
    const [source, locked, raw] = await Promise.all([
      pixels(await pictureOf(nodeId, 'picture')),
      pixels(await pictureOf(node?.id ?? 0, 'locked')),
      pixels(await pictureOf(node?.id ?? 0, 'picture')),
    ]);
    const outside = Array.from(
      { length: 32 * 48 },
      (_, at) => [32 + (at % 32), Math.floor(at / 32)] as const,
    );
    expect(outside.map(([x, y]) => locked(x, y))).toEqual(outside.map(([x, y]) => source(x, y)));
    expect(raw(40, 20)).not.toEqual(source(40, 20));
    expect(locked(10, 40)).not.toEqual(source(10, 40));
    scene.script = () => null;
    await scene.sent({ instruction: 'blur it', inputs: [subject(node?.id ?? 0)] });
    expect(lastSent()?.images.map(({ sha256 }) => sha256)).toEqual([origin?.locked?.sha256]);
  });

  it('shows its composite before it is edited again, however soon that is', async () => {
    const { nodeId } = await scene.brought();
    const lock = { featherPx: 0 };
    const begun = await scene.studio.send({
      treeId: null,
      ask: asked({ instruction: 'invert it', inputs: [subject(nodeId)], lock }),
      mask: await halfMask(),
    });
    const [first = 0] = begun.sentIds;
    await until(async () => (await stateOf(first)) === 'done');
    await scene.sent({ instruction: 'blur it', inputs: [subject(first)] });
    const { origin } = await scene.node(first);
    expect(origin.kind === 'result' && origin.locked?.sha256).toBe(lastSent()?.images[0]?.sha256);
  });

  async function pixels(path: string | null): Promise<(x: number, y: number) => number[]> {
    const { data, info } = await sharp(path ?? '')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  }
});

describe('a picture the provider would not take as it is', () => {
  it('stays as it came, and a copy is sent', async () => {
    const bytes = await sharp(await picture())
      .gif()
      .toBuffer();
    const { broughtIds, nodes } = await scene.bring(null, [{ name: 'old.gif', bytes }]);
    const nodeId = broughtIds[0] ?? 0;
    expect(nodes[0]).toMatchObject({ picture: { mimeType: 'image/gif', sizeBytes: bytes.length } });
    const [node] = await scene.sent({ inputs: [subject(nodeId)] });
    expect(lastSent()?.images[0]?.mimeType).toBe('image/png');
    expect(node?.origin).toMatchObject({
      sentNotes: [expect.stringContaining('A copy of "old.gif" was sent, because the provider takes no GIF')],
    });
  });
});

describe('pictures that are turned, deep or in CMYK', () => {
  it('go out upright, in 8 bits and sRGB, each with a word about it, and masks fit what is seen', async () => {
    const plain = await picture();
    const { broughtIds } = await scene.bring(null, [
      { name: 'turned.jpg', bytes: await sharp(plain).jpeg().withMetadata({ orientation: 6 }).toBuffer() },
      { name: 'deep.png', bytes: await sharp(plain).toColourspace('rgb16').png().toBuffer() },
      { name: 'print.jpg', bytes: await sharp(plain).toColourspace('cmyk').jpeg().toBuffer() },
    ]);
    const [turned = 0, deep = 0, print = 0] = broughtIds;
    const [node] = await scene.sent(
      { model: OPENAI, inputs: [subject(turned), subject(deep), subject(print)] },
      { mask: await halfMask(48, 64) },
    );
    const origin = node?.origin.kind === 'result' ? node.origin : null;
    expect(origin?.sentNotes).toHaveLength(3);
    const run = await scene.library.app.runs.found(origin?.runId ?? 0);
    const [row] = await scene.library.app.store.rows(run.datasetId, 0, 1);
    const sent = await Promise.all([1, 2, 3].map((at) => sharp(row?.fields[`image_${at}`] ?? '').metadata()));
    expect(
      sent.map(({ width, height, depth, space, orientation }) => [width, height, depth, space, orientation]),
    ).toEqual([
      [48, 64, 'uchar', 'srgb', undefined],
      [64, 48, 'uchar', 'srgb', undefined],
      [64, 48, 'uchar', 'srgb', undefined],
    ]);
  });
});

describe('a request that is cancelled', () => {
  it('cuts off the node that is named, and lets its siblings go on', async () => {
    const isCut = moment();
    scene.script = () => ({ until: isCut.come });
    const begun = await scene.studio.send({
      treeId: null,
      ask: asked({ instruction: 'a cat', variants: 2 }),
    });
    const [first = 0, second = 0] = begun.sentIds;
    await until(() => scene.server.inFlight === 2);
    await scene.studio.cancel([first]);
    isCut.now();
    await ended(scene.library, begun);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['unknown', 'done']);
  });

  it('is not sent where it still waited', async () => {
    await scene.library.app.fleet.save({ ...endpointG(), limits: { concurrency: 1 } });
    const isCancelled = moment();
    scene.script = () => ({ until: isCancelled.come });
    const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'cats', variants: 3 }) });
    await until(() => scene.server.inFlight === 1);
    const states = await Promise.all(begun.sentIds.map(stateOf));
    const pending = begun.sentIds.filter((_, at) => states[at] === 'pending');
    expect(pending).toHaveLength(2);
    await scene.studio.cancel(pending.slice(0, 1));
    expect(await stateOf(pending[0] ?? 0)).toBe('cancelled');
    isCancelled.now();
    await ended(scene.library, begun);
    expect(scene.server.requests).toHaveLength(2);
    expect(await stateOf(pending[1] ?? 0)).toBe('done');
  });

  it('is over at once with all its nodes', async () => {
    scene.script = () => ({ hang: true });
    const begun = await scene.studio.send({ treeId: null, ask: asked({ variants: 2 }) });
    await until(() => scene.server.inFlight === 2);
    await scene.studio.cancel(begun.sentIds);
    expect(await Promise.all(begun.sentIds.map(stateOf))).toEqual(['unknown', 'unknown']);
  });

  function endpointG() {
    const found = scene.library.app.fleet.views().find(({ endpoint }) => endpoint.id === 'g');
    if (found === undefined) {
      throw new Error('The scene has an endpoint g.');
    }
    return found.endpoint;
  }
});

describe('a request that failed', () => {
  it('says why, and goes once more into the same node', async () => {
    scene.script = () => ({
      status: 400,
      body: { error: { code: 400, message: 'No hens.', status: 'INVALID_ARGUMENT' } },
    });
    const [node] = await scene.sent({ instruction: 'a hen' });
    expect(node?.origin).toMatchObject({ state: 'failed', failure: { kind: 'bad_request' } });
    expect(node?.picture).toBeUndefined();
    scene.script = () => null;
    await scene.studio.retry([node?.id ?? 0]);
    await ended(scene.library, await scene.studio.tree(node?.treeId ?? 0));
    expect(await scene.node(node?.id ?? 0)).toMatchObject({
      origin: { state: 'done' },
      picture: { mimeType: 'image/png' },
    });
    await expect(scene.studio.retry([node?.id ?? 0])).rejects.toThrow('goes again');
  });

  it('goes on where it had not been sent when the program ended', async () => {
    scene.script = () => ({ status: 400, body: { error: { code: 400, message: 'No hens.' } } });
    const [node] = await scene.sent({ instruction: 'a hen' });
    const { runId, jobId } = node?.origin.kind === 'result' ? node.origin : { runId: 0, jobId: 0 };
    await scene.library.app.store.requeue(runId, { kind: 'jobs', jobIds: [jobId] });
    await scene.library.reopen();
    expect(await stateOf(node?.id ?? 0)).toBe('pending');
    scene.script = () => null;
    await scene.studio.retry([node?.id ?? 0]);
    await ended(scene.library, await scene.studio.tree(node?.treeId ?? 0));
    expect(await stateOf(node?.id ?? 0)).toBe('done');
  });

  it('is no input before it has a picture', async () => {
    scene.script = () => ({ status: 400, body: { error: { code: 400, message: 'No hens.' } } });
    const [node] = await scene.sent({ instruction: 'a hen' });
    await expect(scene.sent({ inputs: [subject(node?.id ?? 0)] })).rejects.toThrow(
      '"a hen" has no picture yet',
    );
  });
});

describe('after a restart', () => {
  it('a request whose answer nobody knows is unknown, and what had not been finished is', async () => {
    const { app } = scene.library;
    const { nodeId } = await scene.brought();
    const [node] = await scene.sent({ inputs: [subject(nodeId)], model: GEMINI });
    const resultId = node?.origin.kind === 'result' ? (node.origin.resultId ?? 0) : 0;
    const runId = node?.origin.kind === 'result' ? node.origin.runId : 0;
    const jobId = node?.origin.kind === 'result' ? node.origin.jobId : 0;
    expect(node?.origin).toMatchObject({ drift: { changedShare: expect.any(Number) } });
    // As a process leaves it that dies with the answer on disk, but nothing made of it.
    await app.store.setAnswerOutcome(node?.id ?? 0, resultId - 1, {});
    const [lost] = await scene.sent({ instruction: 'a cat' });
    const lostJob = lost?.origin.kind === 'result' ? lost.origin : null;
    await app.store.requeue(lostJob?.runId ?? 0, { kind: 'jobs', jobIds: [lostJob?.jobId ?? 0] });
    await app.store.sent([attemptOf(lostJob)]);
    await scene.library.reopen();
    await scene.studio.trees();
    await scene.studio.idle();
    expect(await stateOf(lost?.id ?? 0)).toBe('unknown');
    expect((await scene.node(node?.id ?? 0)).origin).toMatchObject({
      drift: expect.anything(),
      runId,
      jobId,
    });
    await scene.studio.retry([lost?.id ?? 0]);
    await ended(scene.library, await scene.studio.tree(lost?.treeId ?? 0));
    expect(await stateOf(lost?.id ?? 0)).toBe('done');
  });

  function attemptOf(job: { runId: number; jobId: number } | null) {
    return {
      attemptId: 10_000,
      jobId: job?.jobId ?? 0,
      runId: job?.runId ?? 0,
      endpointId: 'g',
      keyId: null,
      model: 'painter',
      sentAt: Date.now(),
    } as Parameters<typeof scene.library.app.store.sent>[0][number];
  }
});

describe('a file that another program saved', () => {
  it('becomes a child of the picture it was made from', async () => {
    const { nodeId } = await scene.brought();
    const path = `${scene.library.folder}/house edited.png`;
    await writeFile(path, await picture(80, 60));
    const node = await scene.studio.adoptEdited(nodeId, path);
    expect(node).toMatchObject({
      parentId: nodeId,
      origin: { kind: 'edited', fileName: 'house edited.png' },
      picture: { width: 80, height: 60 },
    });
    const kept = await scene.studio.pictureOf(node.id, 'picture');
    expect(await readFile(kept ?? '')).toEqual(await readFile(path));
    await writeFile(path, 'no picture');
    await expect(scene.studio.adoptEdited(nodeId, path)).rejects.toThrow('is not an image');
    await expect(stat(kept ?? '')).resolves.toBeDefined();
  });
});
