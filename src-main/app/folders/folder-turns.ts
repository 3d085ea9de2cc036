/**
 * Who makes a run in a folder, or goes on with the one that is there, looks at it first: two of them at once would see
 * the same, and every row would be sent twice. So one begins after the other, until its run is under way.
 */
import { resolve } from 'node:path';
import { Refusal } from '../../refusal';
import type { Store, StoredRun } from '../../store/store';
import { refuseClaimed } from './folder-claims';
import { createTurns, type InTurn } from '@shared/in-turn';
import type { Runs } from '../runs/runs';

interface Folder {
  readonly inTurn: InTurn;
  waiting: number;
}

/** By library: two of them never share a run. */
const libraries = new WeakMap<Pick<Store, 'runAt'>, Map<string, Folder>>();

export async function inFolder<T>(
  store: Pick<Store, 'runAt'>,
  outputDir: string,
  work: () => Promise<T>,
): Promise<T> {
  const folders = libraries.get(store) ?? new Map<string, Folder>();
  libraries.set(store, folders);
  const path = resolve(outputDir);
  const folder = folders.get(path) ?? { inTurn: createTurns(), waiting: 0 };
  folders.set(path, folder);
  folder.waiting += 1;
  try {
    return await folder.inTurn(work);
  } finally {
    folder.waiting -= 1;
    if (folder.waiting === 0) {
      folders.delete(path);
    }
  }
}

/** Answers the run that is there and stands still; null: there is none. Throws a Refusal that names `wayOut`. */
export async function refuseUnderWay(
  { store, runs }: { readonly store: Pick<Store, 'runAt'>; readonly runs: Pick<Runs, 'isActive'> },
  outputDir: string,
  wayOut: (runId: number) => string,
): Promise<StoredRun | null> {
  const run = await store.runAt(outputDir);
  if (run !== null && runs.isActive(run.id)) {
    throw new Refusal('BAD_INPUT', `The run in ${outputDir} is under way already: ${wayOut(run.id)}.`);
  }
  await refuseClaimed(outputDir);
  return run;
}

/** A run that another has taken the folder over from would write where that one does. */
export async function refuseReplaced(
  store: Pick<Store, 'runAt'>,
  { id, outputDir }: StoredRun,
): Promise<void> {
  const present = await store.runAt(outputDir);
  if (present !== null && present.id !== id) {
    throw new Refusal(
      'BAD_INPUT',
      `Run ${id} was replaced by run ${present.id} in ${outputDir}: resume that one.`,
    );
  }
}
