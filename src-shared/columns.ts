/**
 * Which columns hold input images, and which images a row names. Pure: screens preview with it, the engine sends by it.
 */
import { hasImageEnding } from './image-endings';

/** Looked at first; when it names anything, no other column is read. */
const WHOLE_LIST_COLUMN = 'input_images';

/** One place of a row's pictures: several columns may name it, the first that is not blank is believed. */
const PLACE_ALIASES = ['image_url', 'image', 'images', 'image_path'] as const;
const NUMBERED_COLUMN = /^(image_url|image|images|image_path)_(\d{1,9})$/;

/** The mask of a row, unless the recipe names another column. */
export const MASK_COLUMN = 'mask_url';

export type Fields = Readonly<Record<string, string>>;

interface ImageColumn {
  readonly name: string;
  /** -1: the whole list; 1: the unnumbered column; n: `image_url_n`. */
  readonly place: number;
  readonly alias: number;
}

/** A cell by its column's name; `__proto__` and `constructor` are names like any other. */
export function cellOf(fields: Fields, column: string): string | undefined {
  return Object.hasOwn(fields, column) ? fields[column] : undefined;
}

/** The columns the alias rule takes for input images, in the order their pictures are sent. */
export function detectImageColumns(columns: readonly string[]): string[] {
  return imageColumnsOf(columns).map((column) => column.name);
}

/** Columns whose cells, in these rows, name files of images, whatever they are called themselves. */
export function columnsNamingImages(rows: readonly Fields[]): string[] {
  const columns = new Set(rows.flatMap((fields) => Object.keys(fields)));
  return [...columns].filter((column) => {
    const named = rows.flatMap((fields) => splitReferences(cellOf(fields, column) ?? ''));
    return named.length > 0 && named.every(hasImageEnding);
  });
}

export function hasImageColumn(columns: readonly string[]): boolean {
  return columns.some((name) => classify(name) !== null);
}

/**
 * The images a row names, in the order they are sent. With `imageColumns` exactly those columns are read, in their
 * order; without, the alias rule: `input_images` if it names anything, else for each place (unnumbered first, then
 * `_2`, `_3` … in numeric order) the first of `image_url | image | images | image_path` that is not blank.
 */
export function imageReferences(fields: Fields, imageColumns: readonly string[] = []): string[] {
  if (imageColumns.length > 0) {
    return imageColumns.flatMap((column) => splitReferences(cellOf(fields, column) ?? ''));
  }
  const references: string[] = [];
  let lastPlace: number | null = null;
  for (const column of imageColumnsOf(Object.keys(fields))) {
    if (column.place === lastPlace) continue;
    const named = splitReferences(cellOf(fields, column.name) ?? '');
    if (named.length === 0) continue;
    if (column.place === -1) return named;
    lastPlace = column.place;
    references.push(...named);
  }
  return references;
}

/** The mask a row names, or null. */
export function maskReference(fields: Fields, maskColumn: string = MASK_COLUMN): string | null {
  const cell = cellOf(fields, maskColumn)?.trim() ?? '';
  return cell === '' ? null : cell;
}

/**
 * The references of one cell: a JSON array of strings; else a list separated by `|`; else one separated by commas.
 * A comma inside a URL or a data URL separates nothing unless white space or the start of another URL follows it.
 * A `|` always separates: inside a URL it must be written `%7C`.
 */
export function splitReferences(cell: string): string[] {
  const text = cell.trim();
  if (text === '') return [];
  const listed = text.startsWith('[') ? jsonList(text) : null;
  if (listed !== null) return listed;
  return text.includes('|') ? withoutBlanks(text.split('|')) : splitAtCommas(text);
}

/** A cell that names exactly this image, whatever commas or bars its name contains. */
export function referenceCell(reference: string): string {
  const read = splitReferences(reference);
  return read.length === 1 && read[0] === reference ? reference : JSON.stringify([reference]);
}

function jsonList(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return null;
    return withoutBlanks(
      value.map((item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item))),
    );
  } catch {
    return null;
  }
}

const DATA_URL = /^\s*data:/i;
const WEB_URL = /^\s*https?:\/\//i;
const STARTS_A_URL = /^\s*(?:https?:\/\/|data:|file:|embedded:)/i;

function splitAtCommas(text: string): string[] {
  const references: string[] = [];
  for (const piece of text.split(',')) {
    const last = references.at(-1);
    if (last !== undefined && belongsTo(last, piece)) references[references.length - 1] = `${last},${piece}`;
    else references.push(piece);
  }
  return withoutBlanks(references);
}

function belongsTo(reference: string, piece: string): boolean {
  if (DATA_URL.test(reference)) return !reference.includes(',');
  return WEB_URL.test(reference) && !STARTS_A_URL.test(piece) && !/^\s/.test(piece) && !/\s$/.test(reference);
}

function withoutBlanks(references: readonly string[]): string[] {
  return references.map((reference) => reference.trim()).filter((reference) => reference !== '');
}

function imageColumnsOf(columns: readonly string[]): ImageColumn[] {
  return columns
    .map(classify)
    .filter((column) => column !== null)
    .sort((a, b) => a.place - b.place || a.alias - b.alias);
}

function classify(name: string): ImageColumn | null {
  const plain = name.trim().toLowerCase();
  if (plain === WHOLE_LIST_COLUMN) return { name, place: -1, alias: 0 };
  const alias = aliasOf(plain);
  if (alias !== -1) return { name, place: 1, alias };
  const numbered = NUMBERED_COLUMN.exec(plain);
  if (numbered === null) return null;
  /* `image_1` and `image` are the same place; the unnumbered one goes first. */
  return { name, place: Number(numbered[2]), alias: PLACE_ALIASES.length + aliasOf(numbered[1] ?? '') };
}

function aliasOf(plain: string): number {
  return PLACE_ALIASES.findIndex((alias) => alias === plain);
}
