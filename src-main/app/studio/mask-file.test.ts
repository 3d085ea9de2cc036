import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StoredNode } from '../../store/studio/studio-store';
import type { StudioLab } from './lab';
import { maskToSend } from './mask-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-mask-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const node = { name: 'house', origin: { kind: 'source', fileName: 'h.png' } } as StoredNode;
const mask = { file: 'm.png', width: 64, height: 48, mimeType: 'image/png', sizeBytes: 1, sha256: 'ab' };

async function written(name: string, width: number, height: number): Promise<string> {
  const path = join(folder, name);
  await sharp({ create: { width, height, channels: 4, background: '#0000' } })
    .png()
    .toFile(path);
  return path;
}

function labThatMakes(width: number, height: number): StudioLab {
  const prepare: StudioLab['prepare'] = async ({ target }) => {
    const path = `${target}.png`;
    await sharp({ create: { width, height, channels: 4, background: '#0000' } })
      .png()
      .toFile(path);
    return { kind: 'ok', path, notes: [] };
  };
  return { prepare } as StudioLab;
}

it('is itself where the subject goes in its own size', async () => {
  const sent = await written('s.png', 64, 48);
  expect(await maskToSend({ folder, lab: labThatMakes(1, 1) }, mask, { sent, node })).toBe(
    join(folder, 'm.png'),
  );
});

it('is made as small as the copy of a subject that is too large', async () => {
  const sent = await written('s.png', 32, 24);
  const path = await maskToSend({ folder, lab: labThatMakes(32, 24) }, mask, { sent, node });
  expect(await sharp(path).metadata()).toMatchObject({ width: 32, height: 24, hasAlpha: true });
});

it('is refused where it cannot be made to fit', async () => {
  const sent = await written('s.png', 32, 24);
  await expect(maskToSend({ folder, lab: labThatMakes(33, 24) }, mask, { sent, node })).rejects.toThrow(
    '"house" is too large to be sent as it is',
  );
});
