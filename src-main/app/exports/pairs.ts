/**
 * Preference pairs for training by direct preference optimisation: of two results of one row under one instruction, with
 * the same inputs, which a person preferred. `pairs.jsonl` has `prompt`, `images`, `chosen`, `rejected` with paths from
 * the folder's root; below each split the same stands as metadata.jsonl, which the `datasets` library reads with its pictures.
 */
import type { PairRules } from '@shared/model/export';
import type { Store } from '../../store/store';
import { askedOf, inputsKey } from './asked';
import type { ExportItem, ExportItems, ExportStore } from './export-items';
import { createPlacer, type ExportGround, splitsOf, type Tally } from './image-folder';
import type { LayoutSink } from './layout-sink';
import { jsonText, type LoaderMetadata, loaderMetadata } from './loader-metadata';
import { instructionOf, resultPicture, rowKey } from './picture-record';
import type { Split } from './split';

export type PairStore = ExportStore & Pick<Store, 'arenaPairs'>;

type Reason = 'verdict' | 'rating' | 'arena';

export interface Pair {
  readonly chosen: number;
  readonly rejected: number;
  readonly by: Reason;
}

/** What tells the results of a row apart. */
export interface Judged {
  readonly jobId: number;
  readonly verdict: 'accepted' | 'rejected' | null;
  readonly rating: number | null;
}

/** Every accepted one before every rejected one; where verdicts do not tell, the higher rating before the lower. */
export function pairsWithin(
  judged: readonly Judged[],
  rules: Pick<PairRules, 'verdicts' | 'ratings'>,
): Pair[] {
  const pairs: Pair[] = [];
  for (const a of judged) {
    for (const b of judged) {
      const by = preferred(a, b, rules);
      if (by !== null) {
        pairs.push({ chosen: a.jobId, rejected: b.jobId, by });
      }
    }
  }
  return pairs;
}

function preferred(
  a: Judged,
  b: Judged,
  { verdicts, ratings }: Pick<PairRules, 'verdicts' | 'ratings'>,
): Reason | null {
  const isToldByVerdict = a.verdict !== null && b.verdict !== null && a.verdict !== b.verdict;
  if (isToldByVerdict) {
    return verdicts && a.verdict === 'accepted' ? 'verdict' : null;
  }
  return ratings && a.rating !== null && b.rating !== null && a.rating > b.rating ? 'rating' : null;
}

const PAGE = 500;

/** In the order of the rows; then those of the arena that are not told already. */
export async function pairsOf(
  store: PairStore,
  items: ExportItems,
  rules: PairRules,
): Promise<readonly Pair[]> {
  const rows = new Map<string, Judged[]>();
  const meant = new Set<number>();
  for await (const page of items.pages()) {
    for (const item of page.filter(({ job }) => job.result !== null)) {
      const { verdict = null, rating = null } = item.job.review ?? {};
      const key = `${rowKey(item)}\0${askedOf(item)}`;
      rows.set(key, [...(rows.get(key) ?? []), { jobId: item.job.id, verdict, rating }]);
      meant.add(item.job.id);
    }
  }
  const pairs = [...rows.values()].flatMap((judged) => pairsWithin(judged, rules));
  const told = new Set(pairs.map(({ chosen, rejected }) => `${chosen}>${rejected}`));
  for (const pair of await arenaPairs(store, rules.arenaId)) {
    if (!told.has(`${pair.chosen}>${pair.rejected}`) && meant.has(pair.chosen) && meant.has(pair.rejected)) {
      pairs.push(pair);
    }
  }
  return pairs;
}

async function arenaPairs(store: PairStore, arenaId: number | undefined): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let afterId = 0; arenaId !== undefined; ) {
    const page = await store.arenaPairs(arenaId, afterId, PAGE);
    const last = page.at(-1);
    if (last === undefined) {
      break;
    }
    pairs.push(
      ...page.map(({ chosenJobId, rejectedJobId }) => ({
        chosen: chosenJobId,
        rejected: rejectedJobId,
        by: 'arena' as const,
      })),
    );
    afterId = last.id;
  }
  return pairs;
}

/** `skipped` counts pairs of which a picture is no longer on disk, and those of two rows that fall into different splits. */
export async function writePairs(store: PairStore, ground: ExportGround, sink: LayoutSink): Promise<Tally> {
  const { items, options, signal, tell } = ground;
  const pairs = await pairsOf(store, items, options.pairs);
  const splitOf = await splitsOf(ground);
  const metadata = loaderMetadata(sink, { images: 'many' });
  const writer = createPairWriter(ground, sink, { splitOf, metadata });
  let written = 0;
  for (const [at, pair] of pairs.entries()) {
    signal.throwIfAborted();
    const found = await itemsById(store, ground, [pair.chosen, pair.rejected]);
    const chosen = found.get(pair.chosen);
    const rejected = found.get(pair.rejected);
    if (chosen !== undefined && rejected !== undefined && (await writer(chosen, rejected, pair.by))) {
      written += 1;
    }
    tell({ done: written, skipped: at + 1 - written, total: pairs.length });
  }
  await metadata.end();
  return { written, skipped: pairs.length - written };
}

type WritePair = (chosen: ExportItem, rejected: ExportItem, by: Reason) => Promise<boolean>;

/** A picture that stands in several pairs is written once. */
function createPairWriter(
  ground: ExportGround,
  sink: LayoutSink,
  { splitOf, metadata }: { splitOf(item: ExportItem): Split; readonly metadata: LoaderMetadata },
): WritePair {
  const placer = createPlacer(ground, sink);
  const placed = new Map<number, string | null>();
  const inputs = new Map<string, readonly string[]>();

  async function picture(folder: string, item: ExportItem): Promise<string | null> {
    const known = placed.get(item.job.id);
    if (known !== undefined) {
      return known;
    }
    const result = resultPicture(item);
    const name = result === null ? null : await placer.result(folder, 'results', { item, result });
    placed.set(item.job.id, name);
    return name;
  }

  async function images(folder: string, item: ExportItem): Promise<readonly string[]> {
    const key = `${folder}\0${inputsKey(item)}`;
    const known = inputs.get(key);
    if (known !== undefined) {
      return known;
    }
    const { source, references } = await placer.inputs(folder, item);
    const names = [...(source === undefined ? [] : [source]), ...references];
    inputs.set(key, names);
    return names;
  }

  return async (chosen, rejected, by) => {
    const folder = splitOf(chosen);
    // The arena compares answers to different rows, too: what one split is trained on must not stand in another.
    if (splitOf(rejected) !== folder) {
      return false;
    }
    const [better, worse] = [await picture(folder, chosen), await picture(folder, rejected)];
    if (better === null || worse === null) {
      return false;
    }
    const names = await images(folder, chosen);
    const prompt = instructionOf(chosen);
    const facts = {
      chosen_model: chosen.job.model,
      rejected_model: rejected.job.model,
      index: chosen.job.index,
      by,
    };
    const rooted = (name: string): string => `${folder}/${name}`;
    await sink.line(
      'pairs.jsonl',
      jsonText({
        prompt,
        images: names.map(rooted),
        chosen: rooted(better),
        rejected: rooted(worse),
        split: folder,
        ...facts,
      }),
    );
    await metadata.add(folder, {
      head: { chosen_file_name: better, rejected_file_name: worse },
      files: { images: names },
      facts: { prompt, ...facts },
    });
    return true;
  };
}

async function itemsById(
  store: ExportStore,
  { items }: Pick<ExportGround, 'items'>,
  jobIds: readonly number[],
): Promise<ReadonlyMap<number, ExportItem>> {
  const found = await items.join(await store.jobsById(jobIds));
  return new Map(found.map((item) => [item.job.id, item]));
}
