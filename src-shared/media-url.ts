/** Addresses of pictures. The host is fixed; main looks the id up in the database, so no path ever comes from a page. */

const HOST = 'media://library';

/** The small picture of a result, by its id alone: a result never changes once it is written. */
export function thumbnailUrl(resultId: number): string {
  return `${HOST}/thumbnail/${resultId}`;
}

/** A result large enough to compare. */
export function viewUrl(resultId: number): string {
  return `${HOST}/view/${resultId}`;
}

export interface InputPlace {
  readonly datasetId: number;
  readonly row: number;
  /** Which of the row's images, from 0. */
  readonly place: number;
  /** The columns that hold images; empty: by the alias rule. */
  readonly imageColumns: readonly string[];
}

/** An input image of a row, small or large enough to compare. */
export function inputUrl(size: 'thumbnail' | 'view', input: InputPlace): string {
  const columns =
    input.imageColumns.length === 0
      ? ''
      : `?columns=${encodeURIComponent(JSON.stringify(input.imageColumns))}`;
  return `${HOST}/input-${size}/${input.datasetId}-${input.row}-${input.place}${columns}`;
}

/** What a page asks for; null for an address that is none of ours. */
export type MediaRequest =
  | { readonly kind: 'result'; readonly size: 'thumbnail' | 'view'; readonly resultId: number }
  | { readonly kind: 'input'; readonly size: 'thumbnail' | 'view'; readonly input: InputPlace };

export function parseMediaPath(pathname: string, columns: string | null): MediaRequest | null {
  const result = /^\/(thumbnail|view)\/(\d{1,15})$/.exec(pathname);
  if (result !== null) {
    return { kind: 'result', size: sizeOf(result[1]), resultId: Number(result[2]) };
  }
  const input = /^\/input-(thumbnail|view)\/(\d{1,15})-(\d{1,15})-(\d{1,4})$/.exec(pathname);
  const imageColumns = parseColumns(columns);
  if (input === null || imageColumns === null) {
    return null;
  }
  return {
    kind: 'input',
    size: sizeOf(input[1]),
    input: { datasetId: Number(input[2]), row: Number(input[3]), place: Number(input[4]), imageColumns },
  };
}

function sizeOf(word: string | undefined): 'thumbnail' | 'view' {
  return word === 'view' ? 'view' : 'thumbnail';
}

function parseColumns(text: string | null): string[] | null {
  if (text === null) {
    return [];
  }
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}
