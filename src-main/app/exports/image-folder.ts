/**
 * Results as a folder that the `datasets` library of Hugging Face reads as it is (ImageFolder with metadata.jsonl,
 * https://huggingface.co/docs/datasets/image_dataset): below each split `edited`, `source` and `references`, and one line
 * of metadata for each result. Provider bytes and inputs are copied as they are, unless recipes are to be embedded.
 */
import type { ExportOptions } from '@shared/model/export';
import { type RecipeNote, SIDECAR_ENDING } from '@shared/model/recipe-note';
import type { InspectRules } from '../../images/inspect-input';
import type { StoredDataset } from '../../store/store';
import { embedRecipe, sidecarOf } from '../pictures/recipe';
import type { ExportItem, ExportItems } from './export-items';
import { createFreeNames } from './free-names';
import { type InputPicture, inputPictures, isLocal } from './input-pictures';
import { type Content, type LayoutSink, readable } from './layout-sink';
import { loaderMetadata, plainFacts, rowCells } from './loader-metadata';
import { type ResultPicture, resultPicture, rowKey } from './picture-record';
import type { Tell } from './progress-stream';
import { type Split, splitRows } from './split';

export interface ExportGround {
  readonly items: ExportItems;
  readonly options: ExportOptions;
  /** Where a dataset's inputs may lie. */
  rulesOf(dataset: StoredDataset): InspectRules;
  noteOf(item: ExportItem): Promise<RecipeNote>;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

export interface Tally {
  readonly written: number;
  /** Without a result, or with one that is no longer on disk. */
  readonly skipped: number;
  /** Input pictures of what was written that could not be read; those on the web are not meant to be there. */
  readonly missingInputs: number;
}

/** What became of a result: how many of its inputs could not be read; null: it is itself no longer there. */
export type WrittenItem = Pick<Tally, 'missingInputs'> | null;

const TELL_EVERY = 10;

/** Calls `write` for every item and counts. */
export async function eachItem(
  { items, tell, signal }: Pick<ExportGround, 'items' | 'tell' | 'signal'>,
  write: (item: ExportItem) => Promise<WrittenItem>,
): Promise<Tally> {
  let written = 0;
  let skipped = 0;
  let missingInputs = 0;
  for await (const page of items.pages()) {
    for (const item of page) {
      signal.throwIfAborted();
      const one = await write(item);
      if (one === null) {
        skipped += 1;
      } else {
        written += 1;
        missingInputs += one.missingInputs;
      }
      if ((written + skipped) % TELL_EVERY === 0) {
        tell({ done: written, skipped, total: items.total });
      }
    }
  }
  return { written, skipped, missingInputs };
}

export async function splitsOf({
  items,
  options: { splits },
  signal,
}: Pick<ExportGround, 'items' | 'options' | 'signal'>): Promise<(item: ExportItem) => Split> {
  if (splits === undefined) {
    return () => 'train';
  }
  const keys = new Set<string>();
  for await (const page of items.pages()) {
    signal.throwIfAborted();
    for (const item of page.filter(({ job }) => job.result !== null)) {
      keys.add(rowKey(item));
    }
  }
  const split = splitRows(keys, splits);
  return (item) => split.get(rowKey(item)) ?? 'train';
}

export async function writeImageFolder(ground: ExportGround, sink: LayoutSink): Promise<Tally> {
  const splitOf = await splitsOf(ground);
  const placer = createPlacer(ground, sink);
  const metadata = loaderMetadata(sink, { source: 'one', references: 'many' });
  const cellsOf = rowCells(await ground.items.columns());
  const tally = await eachItem(ground, async (item) => {
    const result = resultPicture(item);
    const folder = splitOf(item);
    const edited = result === null ? null : await placer.result(folder, 'edited', { item, result });
    if (result === null || edited === null) {
      return null;
    }
    const { source, references, sourceUrl, missingInputs } = await placer.inputs(folder, item);
    await metadata.add(folder, {
      head: { edited_file_name: edited },
      files: { source: source === undefined ? [] : [source], references },
      facts: { ...plainFacts(result.facts), source_url: sourceUrl, ...cellsOf(item.row.fields) },
    });
    return { missingInputs };
  });
  await metadata.end();
  return tally;
}

interface Placed {
  readonly source?: string;
  readonly references: readonly string[];
  /** Of a source on the web, which is not fetched; else blank. */
  readonly sourceUrl: string;
  readonly missingInputs: number;
}

/** Puts pictures into the layout; names they get are relative to their split's folder. */
export function createPlacer({ options, rulesOf, noteOf }: ExportGround, sink: LayoutSink) {
  const names = createFreeNames();

  async function put(
    folder: string,
    at: { stem: string; extension: string },
    content: Content,
  ): Promise<string | null> {
    const name = names.take(`${folder}/${at.stem}`, at.extension);
    return (await sink.put(name, content)) ? name.slice(name.indexOf('/') + 1) : null;
  }

  async function result(
    folder: string,
    kind: string,
    { item, result: { path, extension } }: { readonly item: ExportItem; readonly result: ResultPicture },
  ): Promise<string | null> {
    const at = { stem: `${kind}/${item.job.stem}`, extension };
    if (!options.embedRecipe) {
      return put(folder, at, { kind: 'file', path });
    }
    const bytes = await readable(path);
    if (bytes === null) {
      return null;
    }
    const note = await noteOf(item);
    const embedded = embedRecipe(bytes, note);
    if (embedded.kind === 'embedded') {
      return put(folder, at, { kind: 'bytes', bytes: embedded.bytes });
    }
    const name = await put(folder, at, { kind: 'bytes', bytes });
    if (name !== null) {
      const beside = { kind: 'bytes', bytes: Buffer.from(sidecarOf(bytes, note)) } as const;
      await sink.put(`${folder}/${name}${SIDECAR_ENDING}`, beside);
    }
    return name;
  }

  async function inputs(folder: string, item: ExportItem): Promise<Placed> {
    const pictures = await inputPictures(item, rulesOf(item.dataset));
    const [first, ...others] = pictures;
    const { stem } = item.job;
    const source = first === undefined ? null : await input(folder, `source/${stem}`, first);
    const references: string[] = [];
    for (const [at, other] of others.entries()) {
      const name = await input(folder, `references/${stem}_${at + 2}`, other);
      if (name !== null) {
        references.push(name);
      }
    }
    const sourceUrl = first?.kind === 'web' ? first.url : '';
    const missingInputs = pictures.filter(isLocal).length - references.length - (source === null ? 0 : 1);
    return { ...(source === null ? {} : { source }), references, sourceUrl, missingInputs };
  }

  function input(folder: string, stem: string, picture: InputPicture): Promise<string | null> {
    return picture.kind === 'web' || picture.kind === 'gone'
      ? Promise.resolve(null)
      : put(folder, { stem, extension: picture.extension }, picture);
  }

  return { result, inputs };
}
