import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StoredNode } from '../../store/studio/studio-store';
import { createAnswerFinisher } from './finish-answers';
import type { StudioLab } from './lab';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-finish-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('makes something of an answer that replaced another while that was being worked on', async () => {
  const picture = { width: 1, height: 1, mimeType: 'image/png', sizeBytes: 1, sha256: 'a' };
  const source = {
    id: 1,
    parentId: null,
    origin: { kind: 'source', fileName: 's.png', picture: { ...picture, file: 's.png' } },
    job: null,
    outcome: null,
  } as unknown as StoredNode;
  let resultId = 10;
  const made = new Map<number, unknown>();
  const answered = (): StoredNode =>
    ({
      id: 2,
      parentId: 1,
      origin: { kind: 'result', ask: { inputs: [] }, variant: 0 },
      job: { id: 5, result: { ...picture, id: resultId, fileName: 'a.png' }, path: join(folder, 'a.png') },
      outcome: made.get(resultId) ?? null,
    }) as unknown as StoredNode;
  await writeFile(join(folder, 'a.png'), 'x');
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locks = 0;
  const lab = {
    lock: async () => {
      locks += 1;
      await (locks === 1 ? held : Promise.resolve());
      return { kind: 'ok', drift: { changedShare: 0, scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 } };
    },
  } as unknown as StudioLab;
  const store = {
    studioNodesById: ([id]: readonly number[]) => Promise.resolve([id === 1 ? source : answered()]),
    unfinishedStudioNodes: () => Promise.resolve([]),
    setAnswerOutcome: (_node: number, result: number, outcome: unknown) => {
      made.set(result, outcome);
      return Promise.resolve();
    },
  } as unknown as Parameters<typeof createAnswerFinisher>[0]['store'];
  const log = { error: () => undefined, warning: () => undefined };
  const finisher = createAnswerFinisher({ store, folder, lab, log }, () => undefined);
  finisher.finish(2);
  await expect.poll(() => locks).toBe(1);
  resultId = 11;
  finisher.finish(2);
  release();
  await finisher.idle();
  expect([...made.keys()]).toEqual([10, 11]);
});
