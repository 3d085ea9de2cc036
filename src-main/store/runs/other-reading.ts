/**
 * A run goes on with another reading of its file. What that means for a million rows is done some at a time, with room for
 * other calls in between: all at once would hold up the journal of every run.
 */
import type { Access } from '../access';
import { createDatasetTable } from '../dataset-table';
import { createNewCells } from '../gallery/new-cells';
import type { Tables } from '../sqlite-store';
import { createForgetting } from '../stopped-imports';
import type { Store } from '../store';
import { createRunTable } from './run-table';

/** Jobs or rows at once: some ten milliseconds. */
const AT_ONCE = 5000;

/** Runs `callback` once all calls that have arrived by now were taken. */
type Soon = (callback: () => void) => void;

export function otherReadingCalls(
  { db, wallNow, note }: Tables,
  { write }: Access,
  soon: Soon,
): Pick<Store, 'setRunDataset'> {
  const datasets = createDatasetTable(db, { wallNow, note });
  const runs = createRunTable(db, { wallNow, note });
  const noteSome = write(createNewCells(db));
  const forgetSome = write(createForgetting(db));
  const othersFirst = (): Promise<void> => new Promise((resolve) => soon(resolve));

  /** A resumed run reads its file again: the earlier reading has then had its day. */
  function isReRead(before: number, after: number): boolean {
    const source = datasets.dataset(after)?.sourcePath ?? null;
    return before !== after && source !== null && datasets.dataset(before)?.sourcePath === source;
  }

  const move = write((runId: number, datasetId: number) => {
    const before = runs.moveRun(runId, datasetId);
    return { before, isToGo: isReRead(before, datasetId) && datasets.giveUp(before) };
  });

  return {
    async setRunDataset(runId, datasetId) {
      const { before, isToGo } = await move(runId, datasetId);
      if (before === datasetId) {
        return;
      }
      let row = await noteSome(runId, { before, after: datasetId }, { after: -1, jobs: AT_ONCE });
      while (row !== null) {
        await othersFirst();
        row = await noteSome(runId, { before, after: datasetId }, { after: row, jobs: AT_ONCE });
      }
      while (isToGo && !(await forgetSome(before, AT_ONCE))) {
        await othersFirst();
      }
    },
  };
}
