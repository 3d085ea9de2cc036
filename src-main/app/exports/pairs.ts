/**
 * Preference pairs for training by direct preference optimisation: of two results of one row under one instruction, with
 * the same inputs, which a person preferred; an arena adds those of one row under two instructions. `pairs.jsonl` has
 * `prompt` (of the chosen one; beside it `rejected_prompt`), `images`, `chosen`, `rejected` with paths from the folder's root; below each split the same stands as metadata.jsonl, which the `datasets` library reads with its pictures.
 */
import type { PairRules } from '@shared/model/export';
import type { Store } from '../../store/store';
import { askedOf, inputsKey } from './asked';
import type { ExportItem, ExportItems, ExportStore } from './export-items';
import { createPlacer, type ExportGround, splitsOf, type Tally, type WrittenItem } from './image-folder';
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

interface FoundPairs {
  readonly pairs: readonly Pair[];
  /** Choices of the arena between different rows that were asked different things: they teach nothing about either. */
  readonly unlike: number;
}

/** In the order of the rows; then those of the arena that are not told already. */
async function pairsOf(store: PairStore, items: ExportItems, rules: PairRules): Promise<FoundPairs> {
  const rows = new Map<string, Judged[]>();
  const meant = new Map<number, { readonly row: string; readonly asked: string }>();
  for await (const page of items.pages()) {
    for (const item of page.filter(({ job }) => job.result !== null)) {
      const { verdict = null, rating = null } = item.job.review ?? {};
      const [row, asked] = [rowKey(item), askedOf(item)];
      const key = `${row}\0${asked}`;
      rows.set(key, [...(rows.get(key) ?? []), { jobId: item.job.id, verdict, rating }]);
      meant.set(item.job.id, { row, asked });
    }
  }
  const pairs = [...rows.values()].flatMap((judged) => pairsWithin(judged, rules));
  const told = new Set(pairs.map(({ chosen, rejected }) => `${chosen}>${rejected}`));
  const choices = (await arenaPairs(store, rules.arenaId)).filter(
    ({ chosen, rejected }) => !told.has(`${chosen}>${rejected}`) && meant.has(chosen) && meant.has(rejected),
  );
  // An arena may be about which words get more out of a row: then both prompts are told.
  const alike = choices.filter(({ chosen, rejected }) => {
    const [better, worse] = [meant.get(chosen), meant.get(rejected)];
    return better?.row === worse?.row || better?.asked === worse?.asked;
  });
  return { pairs: [...pairs, ...alike], unlike: choices.length - alike.length };
}

/** Whether anything was preferred at all. Says nothing of pictures that are no longer on disk. */
export async function hasPairs(store: PairStore, items: ExportItems, rules: PairRules): Promise<boolean> {
  const { pairs, unlike } = await pairsOf(store, items, rules);
  return pairs.length + unlike > 0;
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

/**
 * `skipped` counts pairs of which a picture is no longer on disk, and those of the arena whose two were asked for
 * different things or fall into different splits.
 */
export async function writePairs(store: PairStore, ground: ExportGround, sink: LayoutSink): Promise<Tally> {
  const { items, options, signal, tell } = ground;
  const { pairs, unlike } = await pairsOf(store, items, options.pairs);
  const total = pairs.length + unlike;
  const splitOf = await splitsOf(ground);
  const metadata = loaderMetadata(sink, { images: 'many' });
  const writer = createPairWriter(ground, sink, { splitOf, metadata });
  let written = 0;
  let missingInputs = 0;
  for (const [at, pair] of pairs.entries()) {
    signal.throwIfAborted();
    const found = await itemsById(store, ground, [pair.chosen, pair.rejected]);
    const chosen = found.get(pair.chosen);
    const rejected = found.get(pair.rejected);
    const one =
      chosen === undefined || rejected === undefined ? null : await writer(chosen, rejected, pair.by);
    if (one !== null) {
      written += 1;
      missingInputs += one.missingInputs;
    }
    tell({ done: written, skipped: unlike + at + 1 - written, total });
  }
  await metadata.end();
  return { written, skipped: total - written, missingInputs };
}

type WritePair = (chosen: ExportItem, rejected: ExportItem, by: Reason) => Promise<WrittenItem>;

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

  async function images(
    folder: string,
    item: ExportItem,
  ): Promise<{ readonly names: readonly string[]; readonly missingInputs: number }> {
    const key = `${folder}\0${inputsKey(item)}`;
    const known = inputs.get(key);
    if (known !== undefined) {
      return { names: known, missingInputs: 0 };
    }
    const { source, references, missingInputs } = await placer.inputs(folder, item);
    const names = [...(source === undefined ? [] : [source]), ...references];
    inputs.set(key, names);
    return { names, missingInputs };
  }

  return async (chosen, rejected, by) => {
    const folder = splitOf(chosen);
    // Several rows may ask the same, and the arena compares their answers: what one split trains on must stand in no other.
    if (splitOf(rejected) !== folder) {
      return null;
    }
    const [better, worse] = [await picture(folder, chosen), await picture(folder, rejected)];
    if (better === null || worse === null) {
      return null;
    }
    const { names, missingInputs } = await images(folder, chosen);
    const prompt = instructionOf(chosen);
    const facts = {
      rejected_prompt: instructionOf(rejected),
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
    return { missingInputs };
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
