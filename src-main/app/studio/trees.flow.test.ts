/** Trees as a whole: what comes in, what goes out, chains over rows, presets and what was written before. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AppEvent } from '@shared/contract';
import type { Progress } from '@shared/contract/base';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../demo/testing/moment';
import { embedRecipe } from '../pictures/recipe';
import { libraryId } from '../pictures/library-id';
import { asked, openStudioScene, OPENAI, picture, type StudioScene, subject } from './testing/studio-scene';

let scene: StudioScene;
beforeEach(async () => {
  scene = await openStudioScene();
});
afterEach(() => scene.remove());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 10 }).toBe(true);
}

describe('pictures that are brought', () => {
  it('come in as they are, and what cannot be used is told while the others go on', async () => {
    const jpeg = await sharp(await picture())
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { nodes, problems, broughtIds, tree } = await scene.bring(null, [
      { name: 'turned.jpg', bytes: jpeg },
      { name: 'notes.txt', bytes: Buffer.from('not a picture') },
      { name: 'torn.png', bytes: (await picture()).subarray(0, 90) },
      { name: 'empty.png', bytes: Buffer.alloc(0) },
      {
        name: 'deep.png',
        bytes: await sharp(await picture())
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      },
      {
        name: 'print.jpg',
        bytes: await sharp(await picture())
          .toColourspace('cmyk')
          .jpeg()
          .toBuffer(),
      },
    ]);
    expect(tree).toMatchObject({ name: 'turned', nodes: 3 });
    expect(broughtIds).toEqual(nodes.map(({ id }) => id));
    expect(nodes[0]).toMatchObject({ picture: { width: 48, height: 64, sha256: sha256(jpeg) } });
    expect(nodes.map(({ origin }) => (origin.kind === 'source' ? origin.notes?.[0] : ''))).toEqual([
      expect.stringContaining('stored turned'),
      expect.stringContaining('16 bits a channel'),
      expect.stringContaining('CMYK'),
    ]);
    expect(problems).toEqual([
      '"notes.txt" is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).',
      expect.stringContaining('"torn.png" is cut off or damaged'),
      expect.stringContaining('"empty.png" is empty'),
    ]);
    const path = await scene.studio.pictureOf(broughtIds[0] ?? 0, 'picture');
    expect(await readFile(path ?? '')).toEqual(jpeg);
  });

  it('make no tree when none of them can be used', async () => {
    const bytes = Buffer.from('no');
    await expect(scene.bring(null, [{ name: 'a.txt', bytes }])).rejects.toThrow('is not an image');
    expect(await scene.studio.trees()).toEqual([]);
  });

  it('are not copied when they are ours: their own tree and node are answered', async () => {
    const { nodeId } = await scene.brought();
    const [node] = await scene.sent({ inputs: [subject(nodeId)] });
    const path = await scene.studio.pictureOf(node?.id ?? 0, 'picture');
    const bytes = await readFile(path ?? '');
    const embedded = embedRecipe(bytes, {
      brushfleet: 1,
      appVersion: '0',
      instruction: 'make it blue',
      provider: 'google_genai',
      model: 'painter',
      settings: { task: 'edit' },
      inputs: [],
      sha256: sha256(bytes),
      place: {
        libraryId: await libraryId(scene.library.app.paths.root),
        runId: 1,
        resultId: 1,
        index: 0,
        variant: 0,
        nodeId: node?.id ?? 0,
      },
      madeAt: '2026-11-21T00:00:00Z',
    });
    await scene.studio.prune(nodeId);
    await scene.studio.removeTree(node?.treeId ?? 0);
    const back = await scene.bring(null, [
      { name: 'back.png', bytes: embedded.kind === 'embedded' ? embedded.bytes : bytes },
    ]);
    expect(back).toMatchObject({ broughtIds: [node?.id], tree: { id: node?.treeId, nodes: 2 } });
  });

  it('carry the recipe when they are results, and grow from their inputs', async () => {
    const folder = join(scene.library.folder, 'pictures');
    await mkdir(folder);
    await writeFile(join(folder, 'one.png'), await picture());
    const { app } = scene.library;
    const dataset = await app.importer.start({ path: folder, name: 'd', format: 'folder' });
    const run = await chainLikeRun((await dataset.whole).id);
    const ofRun = { runId: run.id, offset: 0, limit: 10 };
    await app.versions.rerun((await app.store.jobs(ofRun)).jobs[1]?.id ?? 0, 'turn it teal');
    await app.runs.over(run.id);
    const { jobs } = await app.store.jobs(ofRun);
    const ids = jobs.flatMap(({ resultId }) => resultId ?? []);
    const { nodes, broughtIds, problems } = await scene.studio.bringResults(null, [...ids, 999]);
    expect(problems).toEqual(['One of the results is no longer in the library.']);
    expect(nodes).toHaveLength(3);
    expect(nodes[0]).toMatchObject({ parentId: null, origin: { fileName: 'one.png' } });
    expect(nodes.slice(1).map(({ id, parentId, name }) => [id, parentId, name])).toEqual(
      broughtIds.map((id, at) => [id, nodes[0]?.id, at === 0 ? 'turn it green' : 'turn it teal']),
    );
    expect(nodes[1]?.origin).toMatchObject({ recipe: { instruction: 'turn it green', model: OPENAI } });
  });

  async function chainLikeRun(datasetId: number) {
    const { app, folder } = scene.library;
    const run = await app.store.createRun({
      name: 'r',
      datasetId,
      recipe: {
        task: 'edit',
        models: [OPENAI],
        instruction: 'turn it green',
        imageColumns: [],
        variants: 2,
      },
      options: {
        filterRows: '',
        concurrency: 2,
        workers: 1,
        maxRetries: 0,
        retryDelayMs: 1,
        allowPrivateUrls: false,
      },
      outputDir: join(folder, 'out'),
    });
    const { planRun } = await import('../planning/planner');
    await planRun(app.store, run).whole;
    await app.runs.start(run);
    await app.runs.over(run.id);
    return run;
  }
});

describe('a tree', () => {
  it('goes out as a folder whose names sort by its order, with a file that tells all', async () => {
    const { treeId, nodeId } = await scene.brought();
    const [first] = await scene.sent({ inputs: [subject(nodeId)], instruction: 'make it blue' });
    await scene.sent({ inputs: [subject(nodeId)], instruction: 'blur it' });
    const [third] = await scene.sent({ inputs: [subject(first?.id ?? 0)], instruction: 'invert/it: "now"' });
    scene.script = () => ({ status: 400, body: 'no' });
    await scene.sent({ inputs: [subject(nodeId)], instruction: 'fails' });
    const into = join(scene.library.folder, 'exports');
    await mkdir(into);
    const told: Progress[] = [];
    for await (const progress of scene.studio.exportTree(treeId, into)) {
      told.push(progress);
    }
    expect(told.at(-1)).toMatchObject({ done: 4, skipped: 1, total: 5, isOver: true });
    const folder = join(into, 'house');
    const names = (await readdir(folder)).toSorted();
    expect(names).toEqual([
      '1-house.png',
      '2-make-it-blue.png',
      '3-invert-it-now.png',
      '4-blur-it.png',
      'tree.json',
    ]);
    const about = JSON.parse(await readFile(join(folder, 'tree.json'), 'utf8')) as {
      nodes: { id: number; parent: number | null; file: string | null; sha256: string; request?: object }[];
    };
    expect(about.nodes.map(({ file, parent }) => [file, parent])).toEqual([
      ['1-house.png', null],
      ['2-make-it-blue.png', nodeId],
      ['3-invert-it-now.png', first?.id],
      ['4-blur-it.png', nodeId],
      [null, nodeId],
    ]);
    const read = await readFile(join(folder, '3-invert-it-now.png'));
    expect([about.nodes[2]?.sha256, sha256(read)]).toEqual([third?.picture?.sha256, third?.picture?.sha256]);
    expect(about.nodes[2]?.request).toMatchObject({ instruction: 'invert/it: "now"', model: 'painter' });
    expect(about.nodes[4]?.request).toMatchObject({ state: 'failed', failure: expect.anything() });
    expect(JSON.stringify(about)).not.toContain(scene.library.folder);
  });

  it('leaves no tree.json behind when its export is stopped', async () => {
    const { treeId } = await scene.brought();
    await scene.bring(treeId, [{ name: 'b.png', bytes: await picture(20, 20) }]);
    const stop = new AbortController();
    for await (const _ of scene.studio.exportTree(treeId, scene.library.folder, stop.signal)) {
      stop.abort();
    }
    expect(await readdir(join(scene.library.folder, 'house'))).toEqual(['1-house.png']);
  });

  it('is told to open pages as its requests move', async () => {
    const told: Extract<AppEvent, { kind: 'tree' }>[] = [];
    scene.library.app.events.subscribe((event) => event.kind === 'tree' && told.push(event));
    const isSeen = moment();
    scene.script = () => ({ until: isSeen.come });
    const states = () =>
      told.flatMap(({ nodes }) => nodes.map(({ origin }) => (origin.kind === 'result' ? origin.state : '')));
    const sending = scene.sent({ instruction: 'a cat' });
    await until(() => states().includes('sent'));
    isSeen.now();
    const [node] = await sending;
    await until(() => told.some(({ nodes }) => nodes.some((one) => one.id === node?.id && one.picture)));
    expect(states().at(-1)).toBe('done');
    await scene.studio.removeTree(node?.treeId ?? 0);
    expect(told.at(-1)).toEqual({ kind: 'tree', treeId: node?.treeId, tree: null, nodes: [] });
  });
});

describe('a chain over rows', () => {
  it('goes step by step, each over the pictures of the one before, without rows that failed', async () => {
    const { nodeId } = await scene.brought();
    const { broughtIds } = await scene.bring((await scene.node(nodeId)).treeId, [
      { name: 'palette.png', bytes: await picture(16, 16) },
    ]);
    const [first] = await scene.sent({ inputs: [subject(nodeId)], instruction: 'make it blue' });
    const [second] = await scene.sent({
      inputs: [subject(first?.id ?? 0), { nodeId: broughtIds[0] ?? 0, role: 'style' }],
      instruction: 'blur {{it}}',
      model: OPENAI,
    });
    const dataset = await rows(3);
    scene.server.clear();
    let calls = 0;
    scene.script = ({ prompt }) => {
      calls += prompt === 'make it blue' ? 1 : 0;
      return prompt === 'make it blue' && calls === 2 ? { status: 400, body: 'no' } : null;
    };
    const { app, folder } = scene.library;
    const run = await scene.studio.applyChain({
      nodeId: second?.id ?? 0,
      datasetId: dataset,
      outputDir: join(folder, 'out'),
    });
    expect(run).toMatchObject({ origin: 'dataset', name: 'rows edited - step 1 of 2' });
    await until(async () => (await app.runs.list()).some(({ name }) => name.endsWith('step 2 of 2')));
    await until(async () => (await app.runs.list()).every(({ state }) => state.kind === 'finished'));
    await scene.studio.idle();
    const [last, before] = (await app.runs.list()).filter(({ origin }) => origin === 'dataset');
    expect([before?.counts, last?.counts]).toMatchObject([
      { done: 2, failed: 1 },
      { done: 2, failed: 0 },
    ]);
    const firstResults = (
      await app.store.jobs({ runId: before?.id ?? 0, offset: 0, limit: 9, state: 'done' })
    ).jobs;
    const stepTwo = scene.server.requests.filter(({ prompt }) => prompt?.includes('blur {{it}}'));
    expect(stepTwo.map(({ images }) => images[0]?.sha256).toSorted()).toEqual(
      firstResults.map(({ result }) => result?.sha256).toSorted(),
    );
    expect(stepTwo.map(({ images }) => images.length)).toEqual([2, 2]);
    const made = await app.store.dataset(last?.datasetId ?? 0);
    expect(made?.problems).toMatchObject([
      { message: 'One row is left out: the step before has no picture for it.' },
    ]);
    expect((await app.store.rows(last?.datasetId ?? 0, 0, 9))[0]?.fields).toMatchObject({
      label: expect.any(String),
    });
    await until(async () => (await app.store.openChains()).length === 0);
  });

  it('goes on after a restart', async () => {
    const { nodeId } = await scene.brought();
    const [first] = await scene.sent({ inputs: [subject(nodeId)], instruction: 'make it blue' });
    const [second] = await scene.sent({ inputs: [subject(first?.id ?? 0)], instruction: 'blur it' });
    const dataset = await rows(2);
    scene.script = () => ({ latencyMs: 300 });
    const outputDir = join(scene.library.folder, 'out');
    const run = await scene.studio.applyChain({ nodeId: second?.id ?? 0, datasetId: dataset, outputDir });
    await scene.library.reopen({ imageRoots: 'granted' });
    scene.library.app.grantRoot(join(scene.library.folder, 'rows'));
    scene.script = () => null;
    await scene.library.app.runs.resume(run.id, { resendUnknown: true });
    await until(async () => {
      const last = (await scene.library.app.runs.list()).find(({ name }) => name.endsWith('step 2 of 2'));
      return last?.state.kind === 'finished' && last.counts.done === 2;
    });
  });

  it('is refused where it cannot be repeated', async () => {
    const { nodeId } = await scene.brought();
    const outputDir = join(scene.library.folder, 'out');
    const datasetId = await rows(1);
    const apply = (id: number) => scene.studio.applyChain({ nodeId: id, datasetId, outputDir });
    await expect(apply(nodeId)).rejects.toThrow('No edit leads to this picture');
    const path = join(scene.library.folder, 'by-hand.png');
    await writeFile(path, await picture());
    const edited = await scene.studio.adoptEdited(nodeId, path);
    const [after] = await scene.sent({ inputs: [subject(edited.id)] });
    await expect(apply(after?.id ?? 0)).rejects.toThrow('made in another program');
    const [edit] = await scene.sent({ inputs: [subject(nodeId)] });
    const { broughtIds } = await scene.bring(edited.treeId, [
      { name: 'gone.png', bytes: await picture(30, 30) },
    ]);
    const reference = { nodeId: broughtIds[0] ?? 0, role: 'reference' } as const;
    const [referring] = await scene.sent({ inputs: [subject(nodeId), reference] });
    await rm((await scene.studio.pictureOf(reference.nodeId, 'picture')) ?? '');
    await expect(apply(referring?.id ?? 0)).rejects.toThrow('needs the picture "gone.png"');
    const prompts = await scene.library.app.importer.prompts('p', ['a', 'b']);
    await expect(
      scene.studio.applyChain({ nodeId: edit?.id ?? 0, datasetId: prompts.id, outputDir }),
    ).rejects.toThrow('has no column of images');
  });

  async function rows(count: number): Promise<number> {
    const folder = join(scene.library.folder, 'rows');
    await mkdir(folder, { recursive: true });
    const lines = ['index,image,label'];
    for (let row = 0; row < count; row += 1) {
      await writeFile(join(folder, `${row}.png`), await picture(40 + row, 30));
      lines.push(`${row},${row}.png,thing ${row}`);
    }
    await writeFile(join(folder, 'rows.csv'), `${lines.join('\n')}\n`);
    const { whole } = await scene.library.app.importer.start({ path: join(folder, 'rows.csv') });
    return (await whole).id;
  }
});

describe('what was written', () => {
  it('is remembered once each, newest first, and found by words', async () => {
    for (const instruction of ['Make it Blue', 'a cat on a wall', 'a cat', 'Make it Blue']) {
      await scene.sent({ instruction });
    }
    const all = await scene.studio.instructions('', 10);
    expect(all.map(({ instruction }) => instruction)).toEqual(['Make it Blue', 'a cat', 'a cat on a wall']);
    const found = await scene.studio.instructions('wall CAT', 10);
    expect(found.map(({ instruction }) => instruction)).toEqual(['a cat on a wall']);
  });

  it('is kept as presets, which travel as a file', async () => {
    const { presets } = scene.studio;
    const saved = await presets.save({
      name: 'Dusk',
      instruction: 'dusk over {{place}}',
      tags: ['light'],
      variants: 2,
    });
    await presets.save({ ...saved, name: 'Dusk 2' });
    await presets.save({ name: 'Noon', instruction: 'noon', tags: [] });
    const path = join(scene.library.folder, 'presets.json');
    await presets.write(path);
    await presets.remove(saved.id);
    expect((await presets.list()).map(({ name }) => name)).toEqual(['Noon']);
    await expect(presets.remove(saved.id)).rejects.toThrow('no longer');
    await expect(presets.save(saved)).rejects.toThrow('save it as a new one');
    expect(await presets.read(path)).toEqual({ added: 1, duplicates: 1 });
    expect((await presets.list()).map(({ name, variants }) => [name, variants])).toEqual([
      ['Noon', undefined],
      ['Dusk 2', 2],
    ]);
    await presets.restore(saved);
    expect(await presets.list()).toContainEqual(saved);
    await writeFile(path, '{"brushfleetPresets":1,"presets":[{"name":""}]}');
    await expect(presets.read(path)).rejects.toThrow('"presets.json" is not a file of presets');
    await writeFile(path, 'nonsense');
    await expect(presets.read(path)).rejects.toThrow('cannot be read as JSON');
  });
});

it('shows how far an answer has come that streams', async () => {
  const isSeen = moment();
  scene.script = () => ({ until: isSeen.come });
  const begun = await scene.studio.send({ treeId: null, ask: asked({ instruction: 'a hen' }) });
  const [node] = begun.nodes;
  const jobId = node?.origin.kind === 'result' ? node.origin.jobId : 0;
  const path = join(scene.library.folder, 'partial.png');
  await writeFile(path, await picture());
  await until(() => scene.server.inFlight === 1);
  scene.studio.onPartial(jobId, path);
  expect((await scene.node(node?.id ?? 0)).origin).toMatchObject({
    partial: expect.stringContaining('?v=1'),
  });
  expect(await scene.studio.pictureOf(node?.id ?? 0, 'partial')).toBe(path);
  isSeen.now();
  await scene.library.app.runs.over(node?.origin.kind === 'result' ? node.origin.runId : 0);
  expect((await scene.node(node?.id ?? 0)).origin).not.toHaveProperty('partial');
});
