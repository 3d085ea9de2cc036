/** Addresses of pictures. The host is fixed; main looks the id up in the database, so no path ever comes from a page. */

const HOST = 'media://library';
/** Where a browser asks the service for the same pictures. */
export const BROWSER_MEDIA = '/app/media';

/** The address of a picture for a page in a browser; anything else stays as it is. */
export function browserMediaUrl(url: string): string {
  return url.startsWith(`${HOST}/`) ? `${BROWSER_MEDIA}${url.slice(HOST.length)}` : url;
}

/** The small picture of a result, by its id alone: a result never changes once it is written. */
export function thumbnailUrl(resultId: number, size: TileSize = 'thumbnail'): string {
  return `${HOST}/${size}/${resultId}`;
}

/**
 * How large. `small`, `thumbnail`, `large`: a tile of 128, 256, 512 pixels; `view`: large enough to compare; `full`: the picture's own pixels as far as screens need
 * them, asked for only when one looks closely.
 */
const SIZES = ['small', 'thumbnail', 'large', 'view', 'full'] as const;
export type MediaSize = (typeof SIZES)[number];
export type TileSize = Extract<MediaSize, 'small' | 'thumbnail' | 'large'>;

/** The smallest that fills a tile of so many device pixels; a tile somewhat larger than its picture is still sharp enough. */
export function tileSizeFor(pixels: number): TileSize {
  return pixels <= 140 ? 'small' : pixels <= 300 ? 'thumbnail' : 'large';
}

/** The same picture at its full size; undefined for an address that is none of ours. */
export function fullUrlOf(view: string): string | undefined {
  return /^(media:\/\/library|\/app\/media)\/(node-|input-|pair-)?view\//.test(view)
    ? view.replace(/(?<=^(?:media:\/\/library|\/app\/media)\/(?:node-|input-|pair-)?)view(?=\/)/, 'full')
    : undefined;
}

/** A result large enough to compare. */
export function viewUrl(resultId: number): string {
  return `${HOST}/view/${resultId}`;
}

/** Where a result differs from its first input, to be laid over it. */
export function changeUrl(resultId: number): string {
  return `${HOST}/change-view/${resultId}`;
}

/**
 * Which picture of a studio's node. `locked`: the composite; `mask`: as it was painted; `heatMap`: what changed; `partial`: as far as the answer has come.
 */
export const NODE_PARTS = ['picture', 'locked', 'mask', 'heatMap', 'partial'] as const;
export type NodePart = (typeof NODE_PARTS)[number];

/** `version` tells a picture that changed from what the page has seen under the same name. */
export function nodeUrl(size: 'thumbnail' | 'view', part: NodePart, nodeId: number, version = 0): string {
  return `${HOST}/node-${size}/${part}/${nodeId}${version === 0 ? '' : `?v=${version}`}`;
}

/** A picture of a pair of the arena, which must not say whose it is: neither by its result nor by its job. */
export function pairUrl(pairId: number, side: 'left' | 'right'): string {
  return `${HOST}/pair-view/${pairId}/${side}`;
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
  | { readonly kind: 'result'; readonly size: MediaSize; readonly resultId: number }
  | { readonly kind: 'change'; readonly size: MediaSize; readonly resultId: number }
  | {
      readonly kind: 'node';
      readonly size: MediaSize;
      readonly part: NodePart;
      readonly nodeId: number;
    }
  | {
      readonly kind: 'pair';
      readonly size: MediaSize;
      readonly pairId: number;
      readonly side: 'left' | 'right';
    }
  | { readonly kind: 'input'; readonly size: MediaSize; readonly input: InputPlace };

export function parseMediaPath(pathname: string, columns: string | null): MediaRequest | null {
  const result = /^\/(small|thumbnail|large|view|full)\/(\d{1,15})$/.exec(pathname);
  if (result !== null) {
    return { kind: 'result', size: sizeOf(result[1]), resultId: Number(result[2]) };
  }
  const change = /^\/change-view\/(\d{1,15})$/.exec(pathname);
  if (change !== null) {
    return { kind: 'change', size: 'view', resultId: Number(change[1]) };
  }
  const node = /^\/node-(thumbnail|view|full)\/(\w{1,20})\/(\d{1,15})$/.exec(pathname);
  const part = NODE_PARTS.find((one) => one === node?.[2]);
  if (node !== null && part !== undefined) {
    return { kind: 'node', size: sizeOf(node[1]), part, nodeId: Number(node[3]) };
  }
  const pair = /^\/pair-(view|full)\/(\d{1,15})\/(left|right)$/.exec(pathname);
  if (pair !== null) {
    const side = pair[3] === 'left' ? 'left' : 'right';
    return { kind: 'pair', size: sizeOf(pair[1]), pairId: Number(pair[2]), side };
  }
  const input = /^\/input-(thumbnail|view|full)\/(\d{1,15})-(\d{1,15})-(\d{1,4})$/.exec(pathname);
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

function sizeOf(word: string | undefined): MediaSize {
  return SIZES.find((size) => size === word) ?? 'thumbnail';
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
