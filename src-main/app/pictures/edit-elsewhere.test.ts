/** Pictures saved by another program: real files and a real watcher, on a clock of the test's own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import { createEditElsewhere, type EditElsewhere } from './edit-elsewhere';

let dir: string;
let edits: EditElsewhere;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'brushfleet-edits-'));
  await writeFile(join(dir, 'a.png'), await solid('red'));
});
afterEach(async () => {
  edits.close();
  await rm(dir, { recursive: true, force: true });
});

/** `isTaken`: whether a picture is taken in, by how many were handed over so far. */
async function opened(isTaken: (count: number) => boolean) {
  const clock = createVirtualClock();
  const handed: string[] = [];
  const errors: string[] = [];
  edits = createEditElsewhere({
    folder: join(dir, 'edits'),
    clock: { setTimer: clock.setTimer, wallNow: Date.now },
    async onSaved(_nodeId, path) {
      handed.push(path);
      if (!isTaken(handed.length)) {
        throw new Error('The disk is full.');
      }
    },
    onError: (error) => errors.push(String(error)),
  });
  const copy = await edits.open(9, { path: join(dir, 'a.png'), fileName: 'a.png' });
  /** Lets the settling times pass until it holds. */
  async function until(holds: () => boolean): Promise<void> {
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return holds();
      })
      .toBe(true);
  }
  return { copy, handed, errors, until };
}

describe('a picture that another program saved', () => {
  it('and that was not taken in is handed over again', async () => {
    const { copy, handed, errors, until } = await opened((count) => count > 2);
    await writeFile(copy, await solid('blue'));
    await until(() => handed.length === 3);
    // The next one is handed over once, and the first no more.
    const beside = join(copy, '..', 'b.png');
    await writeFile(beside, await solid('green'));
    await until(() => handed.length === 4);
    expect(handed).toEqual([copy, copy, copy, beside]);
    expect(errors).toEqual([]);
  });

  it('is told of where it never was, and taken in when it is saved again', async () => {
    let isFull = true;
    const { copy, handed, errors, until } = await opened(() => !isFull);
    const blue = await solid('blue');
    await writeFile(copy, blue);
    await until(() => errors.length > 0);
    expect(errors[0]).toBe(
      `Error: ${copy} was not taken in and stays there; save it once more to try again: The disk is full.`,
    );
    isFull = false;
    const before = handed.length;
    await writeFile(copy, blue);
    await until(() => handed.length === before + 1);
  });
});

function solid(background: string): Promise<Buffer> {
  return sharp({ create: { width: 4, height: 3, channels: 3, background } })
    .png()
    .toBuffer();
}
