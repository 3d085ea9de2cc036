/**
 * Results as Parquet with their pictures inside, in the way the `datasets` library reads them: an image is a struct of
 * `bytes` and `path`, and the key `huggingface` of the file says which columns are images
 * (https://huggingface.co/docs/datasets/about_dataset_features). Row groups are written as they fill, so that memory
 * holds one of them, whatever the number of results.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import { embedRecipe, sidecarOf } from '../pictures/recipe';
import type { ExportItem } from './export-items';
import { type ExportGround } from './image-folder';
import { type InputPicture, inputPictures, isLocal } from './input-pictures';
import { readable } from './layout-sink';
import { type PictureFacts, type ResultPicture, resultPicture } from './picture-record';

export interface ImageCell {
  readonly bytes: Uint8Array;
  readonly path: string;
}

export interface ParquetRow extends PictureFacts {
  readonly edited_image: ImageCell;
  readonly source_image: ImageCell | null;
  readonly reference_images: readonly ImageCell[];
  /** JSON, of a signed picture that is not rewritten; else null. */
  readonly recipe: string | null;
}

type Column = keyof ParquetRow;

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
const WHOLE = { type: 'INT64', repetition_type: 'OPTIONAL' } as const;

const image = (name: string, repetition: 'OPTIONAL' | 'REQUIRED' = 'OPTIONAL'): SchemaElement[] => [
  { name, repetition_type: repetition, num_children: 2 },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'path', ...TEXT },
];
const list = (name: string, element: readonly SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

const IMAGE = { _type: 'Image' } as const;
const STRING = { dtype: 'string', _type: 'Value' } as const;
const NUMBER = { dtype: 'int64', _type: 'Value' } as const;

/** Each column as Parquet declares it, and as the `datasets` library names its feature. */
const COLUMNS: Readonly<
  Record<Column, { readonly schema: readonly SchemaElement[]; readonly feature: object }>
> = {
  edited_image: { schema: image('edited_image'), feature: IMAGE },
  source_image: { schema: image('source_image'), feature: IMAGE },
  reference_images: {
    schema: list('reference_images', image('element')),
    feature: { feature: IMAGE, _type: 'Sequence' },
  },
  instruction: { schema: [{ name: 'instruction', ...TEXT }], feature: STRING },
  model: { schema: [{ name: 'model', ...TEXT }], feature: STRING },
  run: { schema: [{ name: 'run', ...TEXT }], feature: STRING },
  index: { schema: [{ name: 'index', ...WHOLE }], feature: NUMBER },
  variant: { schema: [{ name: 'variant', ...WHOLE }], feature: NUMBER },
  width: { schema: [{ name: 'width', ...WHOLE }], feature: NUMBER },
  height: { schema: [{ name: 'height', ...WHOLE }], feature: NUMBER },
  verdict: { schema: [{ name: 'verdict', ...TEXT }], feature: STRING },
  rating: { schema: [{ name: 'rating', ...WHOLE }], feature: NUMBER },
  reasons: {
    schema: list('reasons', [{ name: 'element', ...TEXT }]),
    feature: { feature: STRING, _type: 'Sequence' },
  },
  note: { schema: [{ name: 'note', ...TEXT }], feature: STRING },
  suspicion: {
    schema: [{ name: 'suspicion', type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
    feature: { dtype: 'float64', _type: 'Value' },
  },
  suspicions: {
    schema: list('suspicions', [{ name: 'element', ...TEXT }]),
    feature: { feature: STRING, _type: 'Sequence' },
  },
  recipe: { schema: [{ name: 'recipe', ...TEXT }], feature: STRING },
};
const NAMES = Object.keys(COLUMNS) as Column[];
const WHOLE_NUMBERS = new Set<Column>(['index', 'variant', 'width', 'height', 'rating']);
const PICTURES = new Set<Column>(['edited_image', 'source_image', 'reference_images']);

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: NAMES.length },
  ...NAMES.flatMap((name) => COLUMNS[name].schema),
];
const FEATURES = JSON.stringify({
  info: { features: Object.fromEntries(NAMES.map((name) => [name, COLUMNS[name].feature])) },
});

/** What a row group may hold; readers decode one at a time. */
const GROUP_BYTES = 24 * 1024 * 1024;
const GROUP_ROWS = 100;

export interface ParquetFile {
  add(row: ParquetRow): Promise<void>;
  /** Writes what waits and the footer. */
  end(): Promise<void>;
}

/** A Parquet file on an open handle; what was written stays incomplete until `end`. */
export function parquetFile(handle: FileHandle): ParquetFile {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: SCHEMA,
    kvMetadata: [{ key: 'huggingface', value: FEATURES }],
    createdBy: 'Brushfleet',
  });
  let rows: ParquetRow[] = [];
  let waitingBytes = 0;

  async function flush(): Promise<void> {
    await handle.appendFile(bytes.getBytes());
    bytes.index = 0;
  }

  async function writeGroup(): Promise<void> {
    await writer.write({ columnData: NAMES.map((name) => columnOf(name, rows)), rowGroupSize: GROUP_ROWS });
    rows = [];
    waitingBytes = 0;
    await flush();
  }

  return {
    async add(row) {
      rows.push(row);
      waitingBytes += sizeOf(row);
      if (rows.length >= GROUP_ROWS || waitingBytes >= GROUP_BYTES) {
        await writeGroup();
      }
    },
    async end() {
      if (rows.length > 0) {
        await writeGroup();
      }
      await writer.finish();
      await flush();
    },
  };
}

/** Pictures are compressed already, and say nothing by their smallest and largest. */
function columnOf(name: Column, rows: readonly ParquetRow[]): ColumnSource {
  const data = rows.map((row) => {
    const value = row[name];
    return WHOLE_NUMBERS.has(name) && typeof value === 'number' ? BigInt(value) : value;
  });
  return PICTURES.has(name)
    ? { name, data, codec: 'UNCOMPRESSED', statistics: false, encoding: 'PLAIN' }
    : { name, data };
}

function sizeOf({ edited_image, source_image, reference_images }: ParquetRow): number {
  return [edited_image, source_image, ...reference_images].reduce(
    (sum, cell) => sum + (cell?.bytes.length ?? 0),
    0,
  );
}

interface FoundRow {
  readonly row: ParquetRow;
  /** So many of its inputs could not be read. */
  readonly missingInputs: number;
}

/** Null: its result is not there, or no longer. */
export async function parquetRow(ground: ExportGround, item: ExportItem): Promise<FoundRow | null> {
  const result = resultPicture(item);
  const edited = result === null ? null : await editedCell(ground, item, result);
  if (result === null || edited === null) {
    return null;
  }
  const inputs = await inputPictures(item, ground.rulesOf(item.dataset));
  const { stem } = item.job;
  const cells = await Promise.all(
    inputs.map((input, at) => inputCell(input, at === 0 ? `source/${stem}` : `references/${stem}_${at + 1}`)),
  );
  const [source = null, ...references] = cells;
  const row = {
    ...result.facts,
    edited_image: edited.cell,
    source_image: source,
    reference_images: references.filter((cell) => cell !== null),
    recipe: edited.recipe,
  };
  const found = cells.filter((cell) => cell !== null);
  return { row, missingInputs: inputs.filter(isLocal).length - found.length };
}

async function editedCell(
  { options, noteOf }: ExportGround,
  item: ExportItem,
  { path }: ResultPicture,
): Promise<{ readonly cell: ImageCell; readonly recipe: string | null } | null> {
  const bytes = await readable(path);
  if (bytes === null) {
    return null;
  }
  const name = basename(path);
  if (!options.embedRecipe) {
    return { cell: { bytes, path: name }, recipe: null };
  }
  const note = await noteOf(item);
  const embedded = embedRecipe(bytes, note);
  return embedded.kind === 'embedded'
    ? { cell: { bytes: embedded.bytes, path: name }, recipe: null }
    : { cell: { bytes, path: name }, recipe: sidecarOf(bytes, note) };
}

async function inputCell(input: InputPicture, stem: string): Promise<ImageCell | null> {
  switch (input.kind) {
    case 'web':
    case 'gone':
      return null;
    case 'bytes':
      return { bytes: input.bytes, path: `${stem}${input.extension}` };
    case 'file': {
      const bytes = await readable(input.path);
      return bytes === null ? null : { bytes, path: `${stem}${input.extension}` };
    }
  }
}
