/**
 * Where rows of a run have moved, their results go along: a job that waits takes a result that was set aside and asked for the
 * same, instead of being sent. In three steps, each safe to die after: the library gives the result to the job, its file
 * gets that job's name, the library is told. Whatever a dead process has left of it, the next planning does.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlongResult } from '../../store/runs/set-aside';
import type { Store, StoredRun } from '../../store/store';
import { createFewAtOnce } from '../few-at-once';
import { nullIfGone } from './unreadable';
import { forgetName, nameToo, presentName } from './version-files';

const PAGE = 500;
const FILES_AT_ONCE = 8;

export type AlongStore = Pick<
  Store,
  'wantedResults' | 'takeAlong' | 'notToTake' | 'unnamedResults' | 'namedResults'
>;

/** Before anything of a plan is sent. Answers how many; halted, the rest is left to the next planning. */
export async function takeAlong(
  store: AlongStore,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
  isHalted: () => boolean,
): Promise<number> {
  await giveNames(store, run);
  let taken = 0;
  for (let after = -1; !isHalted(); ) {
    const { found, lastPosition } = await store.wantedResults(run.id, after, PAGE);
    if (lastPosition === null) {
      break;
    }
    const { whole, others } = await looked(run.outputDir, found);
    if (whole.length > 0) {
      await store.takeAlong(whole);
      taken += whole.length;
      await giveNames(store, run);
    }
    if (others.length > 0) {
      await store.notToTake(others.map(({ resultId }) => resultId));
    }
    // Where one was not whole, some other may do.
    after = others.length > 0 ? after : lastPosition;
  }
  return taken;
}

interface Looked {
  readonly whole: readonly AlongResult[];
  readonly others: readonly AlongResult[];
}

/** Of the size that was recorded; hashes are compared when the run goes on. */
async function looked(outputDir: string, found: readonly AlongResult[]): Promise<Looked> {
  const fewAtOnce = createFewAtOnce(FILES_AT_ONCE);
  const areWhole = await Promise.all(found.map((one) => fewAtOnce(() => isThere(outputDir, one))));
  return {
    whole: found.filter((_, at) => areWhole[at] === true),
    others: found.filter((_, at) => areWhole[at] !== true),
  };
}

async function isThere(outputDir: string, { fileName, sizeBytes }: AlongResult): Promise<boolean> {
  if (fileName === '') {
    return true;
  }
  const path = join(outputDir, fileName);
  const file = await stat(path).catch((error: unknown) => nullIfGone(error, path));
  return file?.isFile() === true && file.size === sizeBytes;
}

async function giveNames(store: AlongStore, run: Pick<StoredRun, 'id' | 'outputDir'>): Promise<void> {
  const fewAtOnce = createFewAtOnce(FILES_AT_ONCE);
  for (;;) {
    const unnamed = await store.unnamedResults(run.id, PAGE);
    if (unnamed.length === 0) {
      return;
    }
    const named = await Promise.all(
      unnamed.map((one) => fewAtOnce(async () => ({ ...one, fileName: await newName(run.outputDir, one) }))),
    );
    await store.namedResults(named);
    const left = unnamed.filter(({ fileName }, at) => fileName !== named[at]?.fileName);
    await Promise.all(left.map(({ fileName }) => fewAtOnce(() => forgetName(run.outputDir, fileName))));
  }
}

/** It keeps its own where another file stands in the way. */
async function newName(outputDir: string, file: AlongResult): Promise<string> {
  const name = presentName(file);
  const isNamed = name === file.fileName || (await nameToo(outputDir, file, name)) === 'named';
  return isNamed ? name : file.fileName;
}
