/** Results that were chosen in the gallery, of whatever runs, with what each of them answers. */
import type { GallerySelection } from '@shared/model/gallery';
import { Refusal } from '../../refusal';
import type { ArenaResult } from '../../store/arena-store';
import type { Store } from '../../store/store';
import { askedOf } from '../exports/asked';
import { type ExportItem, type ExportStore, itemsOf } from '../exports/export-items';
import type { Answered } from './pair-up';

/** More than anybody compares; beyond, the dialog would take seconds to open. */
const MOST_PICKED = 10_000;

interface PickedResults {
  /** Those that have a picture, by run, row and variant. */
  readonly results: readonly ArenaResult[];
  /** All that were chosen, pictures or not. */
  readonly count: number;
  /** By id. */
  readonly runNames: ReadonlyMap<number, string>;
  answered(result: ArenaResult): Answered;
}

export async function pickedResults(
  store: ExportStore & Pick<Store, 'arenaResultsOf'>,
  selection: GallerySelection,
): Promise<PickedResults> {
  const items = await itemsOf(store, { kind: 'selection', selection });
  if (items.total > MOST_PICKED) {
    throw new Refusal(
      'BAD_INPUT',
      `These are ${items.total} results; a blind comparison takes ${MOST_PICKED} at most: select fewer.`,
    );
  }
  const results: ArenaResult[] = [];
  const runNames = new Map<number, string>();
  const answered = new Map<number, Answered>();
  for await (const page of items.pages()) {
    const found = await store.arenaResultsOf(page.map(({ job }) => job.id));
    const ofJob = new Map(page.map((item) => [item.job.id, item]));
    for (const result of found) {
      const item = ofJob.get(result.jobId);
      if (item !== undefined) {
        results.push(result);
        runNames.set(item.run.id, item.run.name);
        answered.set(result.jobId, answeredBy(item));
      }
    }
  }
  return {
    results: results.sort(byPlace),
    count: items.total,
    runNames,
    answered: ({ jobId }) => answered.get(jobId) ?? { sourceRow: `job ${jobId}`, asked: `job ${jobId}` },
  };
}

function byPlace(one: ArenaResult, other: ArenaResult): number {
  return (
    one.runId - other.runId || one.row - other.row || one.variant - other.variant || one.jobId - other.jobId
  );
}

function answeredBy(item: ExportItem): Answered {
  return { sourceRow: `row ${item.dataset.id} ${item.job.row}`, asked: askedOf(item) };
}

/** One sentence: why none of them stand against each other. */
export function whyNoPairs({ results, count }: PickedResults): string {
  const [first] = results;
  if (first === undefined) {
    return count === 1
      ? 'The selected result has no picture: select pictures that are done.'
      : 'None of the selected results has a picture: select pictures that are done.';
  }
  if (results.length === 1) {
    return 'Only one picture is selected: select another answer to the same row with it.';
  }
  const isOfOne = results.every(
    ({ runId, provider, model, endpointName }) =>
      runId === first.runId &&
      provider === first.provider &&
      model === first.model &&
      endpointName === first.endpointName,
  );
  return isOfOne
    ? `All ${results.length} selected pictures come from one model, one run and one endpoint: select those of a second one with them.`
    : `No two of the ${results.length} selected pictures that differ in model, run or endpoint answer the same row, or the same instruction with the same inputs: select both answers to a row.`;
}
