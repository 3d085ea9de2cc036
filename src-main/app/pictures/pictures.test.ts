/** Single pictures on their way out and back, with the real decoder behind them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AS_IT_IS, type SaveForm } from '@shared/model/picture';
import { SIDECAR_ENDING } from '@shared/model/recipe-note';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { systemClock } from '../../system-clock';
import { type ExportScene, exportScene } from '../exports/testing/export-scene';
import { createPictures, type Pictures } from './pictures';
import { savedName } from './save-picture';
import { noise, signedPng } from './testing/recipe-samples';

let scene: ExportScene;
let pictures: Pictures;
let target: string;
const adopted: { nodeId: number; path: string }[] = [];

beforeAll(async () => {
  scene = await exportScene({ rows: 3 });
  target = join(scene.dir, 'saved');
  await mkdir(target);
  const [first, second] = await scene.jobs();
  const at = (fileName = ''): string => join(scene.run.outputDir, fileName);
  await writeFile(
    at(first?.result?.fileName),
    await noise({ alpha: true }).withIccProfile('p3').png().toBuffer(),
  );
  await writeFile(at(second?.result?.fileName), signedPng(await noise().png().toBuffer()));
  pictures = createPictures({
    store: scene.store,
    studio: {
      pictureOf: async () => null,
      adoptEdited: async (nodeId, path) => {
        adopted.push({ nodeId, path });
      },
    },
    paths: libraryPaths(scene.dir),
    clock: systemClock,
    log: { error: () => undefined, warning: () => undefined },
    files: { use: () => Promise.resolve(), added: () => undefined },
    rulesOf: () => ({ baseDir: scene.dir, roots: [], embeddedDir: scene.dir }),
  });
});
afterAll(async () => {
  await pictures.close();
  await scene.remove();
});

async function saved(at: number, form: Partial<SaveForm>, name?: string) {
  const job = (await scene.jobs())[at];
  const found = await pictures.find({ kind: 'result', resultId: job?.resultId ?? 0 });
  const path = join(target, name ?? savedName(`${at}-${found.fileName}`, { format: 'original', ...form }));
  const answer = await pictures.save(found, {
    target: path,
    form: { ...AS_IT_IS, ...form },
    appVersion: '1.2.3',
  });
  return { answer, found, path, bytes: await readFile(path) };
}

const pixels = (bytes: Buffer) => sharp(bytes, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();

describe('saving', () => {
  it('as it is keeps every byte', async () => {
    const { found, bytes, answer } = await saved(0, {});
    expect(bytes).toEqual(await readFile(found.path));
    expect(answer.remark).toBeUndefined();
  });

  it('as PNG keeps the numbers and the profile, or converts them when that is asked', async () => {
    const { found, bytes } = await saved(0, { format: 'png' });
    const source = await readFile(found.path);
    expect((await sharp(bytes).metadata()).icc).toEqual((await sharp(source).metadata()).icc);
    expect(await pixels(bytes)).toEqual(await pixels(source));
    const converted = await saved(0, { format: 'png', colour: 'srgb' }, 'srgb.png');
    expect(await pixels(converted.bytes)).not.toEqual(await pixels(source));
  });

  it.each([
    ['jpeg', 'jpg'],
    ['webp', 'webp'],
  ] as const)('as %s with its quality', async (format, ending) => {
    const low = await saved(0, { format, quality: 10 }, `low.${ending}`);
    const high = await saved(0, { format, quality: 95 }, `high.${ending}`);
    expect((await sharp(high.bytes).metadata()).format).toBe(format);
    expect(high.bytes.length).toBeGreaterThan(low.bytes.length);
    expect(basename((await saved(0, { format })).path)).toBe(`0-000000.${ending}`);
  });

  it('as WebP of quality 100 loses nothing', async () => {
    const { found, bytes } = await saved(0, { format: 'webp', quality: 100 }, 'lossless.webp');
    expect(await pixels(bytes)).toEqual(await pixels(await readFile(found.path)));
  });

  it.each(['original', 'png', 'jpeg', 'webp'] as const)(
    'as %s with the recipe finds its run again, and no path or key is in it',
    async (format) => {
      const [job] = await scene.jobs();
      const { bytes, path } = await saved(0, { format, embedRecipe: true }, `with-recipe-${format}`);
      const found = await pictures.readRecipe(bytes);
      expect(found).toMatchObject({
        note: {
          instruction: 'make it 0: plain',
          model: 'gpt-image-1',
          appVersion: '1.2.3',
          place: { index: 100, variant: 0 },
          costUsd: 0.04,
        },
        run: { runId: scene.run.id, jobId: job?.id },
      });
      expect(found?.note.inputs).toHaveLength(2);
      expect(JSON.stringify(found?.note)).not.toContain(scene.dir);
      expect((await pictures.readRecipe(path))?.note).toEqual(found?.note);
    },
  );

  it('leaves a signed picture as it is, its recipe beside it', async () => {
    const { found, bytes, answer, path } = await saved(1, { embedRecipe: true }, 'signed.png');
    expect(bytes).toEqual(await readFile(found.path));
    expect(answer.remark).toBe(
      'It is signed, so it was not changed: its recipe is saved beside it in signed.png.recipe.json.',
    );
    expect((await pictures.readRecipe(path))?.note.instruction).toContain('make it 1');
    expect((await pictures.readRecipe(`${path}${SIDECAR_ENDING}`))?.note.instruction).toContain('make it 1');
    const copy = await saved(1, { format: 'jpeg' }, 'converted.jpg');
    expect(copy.answer.remark).toBe('Its signature is not in the converted copy.');
  });

  it('says in one sentence what is gone, and what cannot be written', async () => {
    const job = (await scene.jobs())[2];
    const found = await pictures.find({ kind: 'result', resultId: job?.resultId ?? 0 });
    const order = { form: AS_IT_IS, appVersion: '1' };
    await expect(
      pictures.save(found, { ...order, target: join(scene.dir, 'nowhere', 'a.png') }),
    ).rejects.toThrow('"a.png" was not written: the folder is gone');
    const gone = { ...found, path: `${found.path}.gone` };
    await expect(pictures.save(gone, { ...order, target: join(target, 'a.png') })).rejects.toThrow(
      'no longer on disk',
    );
    await writeFile(join(scene.dir, 'broken.png'), Buffer.from('\x89PNG\r\n\x1a\n and nothing', 'latin1'));
    const broken = { ...found, path: join(scene.dir, 'broken.png') };
    const form = { ...AS_IT_IS, format: 'jpeg' } as const;
    await writeFile(join(target, 'kept.jpg'), 'what was there');
    await expect(
      pictures.save(broken, { form, appVersion: '1', target: join(target, 'kept.jpg') }),
    ).rejects.toThrow('cannot be converted');
    expect(await readFile(join(target, 'kept.jpg'), 'utf8')).toBe('what was there');
    expect((await readdir(target)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('the note of a picture', () => {
  it('of another library names no run here', async () => {
    const { bytes } = await saved(0, { format: 'png', embedRecipe: true }, 'foreign.png');
    await writeFile(join(scene.dir, 'library-id'), '11111111-1111-4111-8111-111111111111');
    const found = await pictures.readRecipe(bytes);
    expect(found?.note.instruction).toBe('make it 0: plain');
    expect(found?.run).toBeUndefined();
  });
});

describe('a picture opened in another program', () => {
  it('comes back each time it is saved, once it is whole', async () => {
    const job = (await scene.jobs())[2];
    const found = await pictures.find({ kind: 'result', resultId: job?.resultId ?? 0 });
    const copy = await pictures.editElsewhere(9, found);
    expect(await readFile(copy)).toEqual(await readFile(found.path));
    const edited = await noise().png().toBuffer();
    await writeFile(copy, edited.subarray(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(adopted).toEqual([]);
    await writeFile(copy, edited);
    await expect.poll(() => adopted).toEqual([{ nodeId: 9, path: copy }]);
    // Under another name beside it, as editors export.
    const beside = join(copy, '..', 'final.webp');
    await writeFile(beside, await noise().webp().toBuffer());
    await expect.poll(() => adopted.length).toBe(2);
    // The same again is no news.
    await writeFile(beside, await noise().webp().toBuffer());
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(adopted).toHaveLength(2);
  });
});

describe('a PNG for clipboard and icon', () => {
  it('is of our own making, whatever the picture was', async () => {
    const job = (await scene.jobs())[0];
    const found = await pictures.find({ kind: 'result', resultId: job?.resultId ?? 0 });
    const icon = await pictures.asPng(found, 8);
    expect(await sharp(icon).metadata()).toMatchObject({ format: 'png', width: 8 });
    expect(await pictures.asPng(found, 8)).toBe(icon);
    expect(await sharp(await pictures.asPng(found)).metadata()).toMatchObject({ width: 21, height: 13 });
  });
});
