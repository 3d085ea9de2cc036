/**
 * Which media a row names, and where each of them stands in what is asked. Pure: screens preview with it, the engine
 * sends by it.
 */
import { cellOf, type Fields, imageReferences } from './columns';
import { type Medium, type MessagePart, mediumSchema, type VideoMetadata } from './model/text';

export interface MediaFile {
  readonly medium: Medium;
  /** As `MessagePart.reference`. */
  readonly reference: string;
  readonly mimeType?: string;
  readonly video?: VideoMetadata;
}

export type MediaFiles =
  | { readonly kind: 'ok'; readonly files: readonly MediaFile[] }
  /** One sentence; nothing is to be sent. */
  | { readonly kind: 'refused'; readonly sentence: string };

export type PlacedMedia =
  | { readonly kind: 'ok'; readonly parts: readonly MessagePart[] }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What a program gives for one medium: one, or several of them. */
export type OneOrMore<T> = T | readonly T[];

/** An item as programs write it; bytes are base64 or a data URL. */
export type MediaItem = {
  readonly [Name in `${Medium}_${'path' | 'url' | 'bytes' | 'mime_type'}`]?: OneOrMore<string> | undefined;
} & { readonly video_metadata?: unknown };

/**
 * The media of a dataset's row: columns `audio_path | audio_bytes`, `video_url | video_path | video_bytes`,
 * `image_bytes`, and images by the alias rule or the columns named. A cell is one reference or a JSON list. The k-th of
 * a `…_mime_type` or of `video_metadata` belongs to the k-th file of its medium, in the order URLs, paths, bytes; one
 * that is no list belongs to all.
 */
export function mediaOfRow(fields: Fields, imageColumns: readonly string[] = []): MediaFiles {
  const cell = (name: string): readonly string[] => listOf(cellOf(fields, name) ?? '');
  const images = [...imageReferences(fields, imageColumns), ...cell('image_bytes').map(asReference)];
  const metadata = cellOf(fields, 'video_metadata')?.trim() ?? '';
  return gather(
    {
      image: images,
      audio: [...cell('audio_path'), ...cell('audio_bytes').map(asReference)],
      video: [...cell('video_url'), ...cell('video_path'), ...cell('video_bytes').map(asReference)],
    },
    {
      types: (medium) => pairing(cellOf(fields, `${medium}_mime_type`) ?? ''),
      metadata: metadata === '' ? undefined : parsed(metadata),
    },
  );
}

/** The same for what a program gives: all that is named is meant, of images too. */
export function mediaOfItem(item: MediaItem): MediaFiles {
  const named = (name: keyof MediaItem): readonly string[] => given(item[name]);
  const of = (medium: Medium): readonly string[] => [
    ...named(`${medium}_url`),
    ...named(`${medium}_path`),
    ...named(`${medium}_bytes`).map(asReference),
  ];
  return gather(
    { image: of('image'), audio: of('audio'), video: of('video') },
    { types: (medium) => item[`${medium}_mime_type`], metadata: item.video_metadata },
  );
}

const TOKEN = /<(image|audio|video)>/g;
/** Without tokens media come before the text; what tokens leave over comes behind it. */
const WITHOUT_TOKENS: readonly Medium[] = ['image', 'video', 'audio'];
const LEFT_OVER: readonly Medium[] = ['image', 'audio', 'video'];

/**
 * `<image>`, `<audio>` and `<video>` place files exactly: the k-th token takes the k-th file of its medium. Text keeps its
 * words; pieces that are blank are dropped.
 */
export function placeMedia(text: string, files: readonly MediaFile[]): PlacedMedia {
  const left = new Map(mediumSchema.options.map((medium) => [medium, filesOf(files, medium)]));
  const pieces = text.split(TOKEN);
  if (pieces.length === 1) {
    return ok([
      ...WITHOUT_TOKENS.flatMap((medium) => left.get(medium) ?? []).map(mediaPart),
      ...textParts(text),
    ]);
  }
  const parts: MessagePart[] = [];
  for (const [at, piece] of pieces.entries()) {
    const medium = at % 2 === 1 ? mediumSchema.parse(piece) : null;
    const file = medium === null ? null : left.get(medium)?.shift();
    if (medium !== null && file === undefined) {
      return { kind: 'refused', sentence: noFileLeft(text, medium, filesOf(files, medium).length) };
    }
    parts.push(...(file === null || file === undefined ? textParts(piece) : [mediaPart(file)]));
  }
  return ok([...parts, ...LEFT_OVER.flatMap((medium) => left.get(medium) ?? []).map(mediaPart)]);
}

const ok = (parts: readonly MessagePart[]): PlacedMedia => ({ kind: 'ok', parts });

const filesOf = (files: readonly MediaFile[], medium: Medium): MediaFile[] =>
  files.filter((file) => file.medium === medium);

function textParts(text: string): readonly MessagePart[] {
  return text.trim() === '' ? [] : [{ kind: 'text', text }];
}

function mediaPart(file: MediaFile): MessagePart {
  return { kind: 'media', ...file };
}

const NAMES: Readonly<Record<Medium, string>> = { image: 'image', audio: 'audio file', video: 'video' };

function noFileLeft(text: string, medium: Medium, files: number): string {
  const tokens = text.split(`<${medium}>`).length - 1;
  const has = files === 0 ? 'none is given' : files === 1 ? 'only one is given' : `only ${files} are given`;
  const asked =
    tokens === 1
      ? `The prompt places one ${NAMES[medium]} with <${medium}>`
      : `The prompt places ${tokens} ${NAMES[medium]}s with <${medium}>`;
  return `${asked}, and ${has}: name its file or take the token out.`;
}

interface Pairs {
  types(medium: Medium): unknown;
  readonly metadata: unknown;
}

function gather(references: Readonly<Record<Medium, readonly string[]>>, pairs: Pairs): MediaFiles {
  const files: MediaFile[] = [];
  for (const medium of mediumSchema.options) {
    const count = references[medium].length;
    const types = eachOf(pairs.types(medium), { count, name: `${medium}_mime_type` });
    const videos = eachOf(medium === 'video' ? pairs.metadata : undefined, { count, name: 'video_metadata' });
    if (typeof types === 'string' || typeof videos === 'string') {
      return refusedFor(typeof types === 'string' ? types : String(videos));
    }
    for (const [at, reference] of references[medium].entries()) {
      const type = types[at];
      const video = videoOf(videos[at]);
      if (video === 'bad') {
        return refusedFor(
          'video_metadata must be an object of start_offset and end_offset (as "1250s") and fps (above 0, at most 24 for most models).',
        );
      }
      files.push({
        medium,
        reference,
        ...(typeof type === 'string' && type.trim() !== '' ? { mimeType: type.trim() } : {}),
        ...(video === null ? {} : { video }),
      });
    }
  }
  return { kind: 'ok', files };
}

const refusedFor = (sentence: string): MediaFiles => ({ kind: 'refused', sentence });

/** The k-th of a list for the k-th file, what is no list for all; a sentence where the list is longer than the files. */
function eachOf(
  value: unknown,
  { count, name }: { readonly count: number; readonly name: string },
): readonly unknown[] | string {
  if (!Array.isArray(value)) {
    return Array.from({ length: count }, () => value);
  }
  return value.length > count
    ? `${name} lists ${value.length}, and there ${count === 1 ? 'is one file' : `are ${count} files`} it could belong to.`
    : value;
}

const OFFSET = /^\d+(?:\.\d+)?s$/;

function videoOf(value: unknown): VideoMetadata | null | 'bad' {
  if (value === undefined || value === null || value === '') {
    return null;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return 'bad';
  }
  const named = new Map(Object.entries(value).filter(([, one]) => one !== undefined && one !== null));
  const startOffset = named.get('start_offset') ?? named.get('startOffset');
  const endOffset = named.get('end_offset') ?? named.get('endOffset');
  const fps = named.get('fps');
  const known = ['start_offset', 'startOffset', 'end_offset', 'endOffset', 'fps'];
  const start = startOffset === undefined ? null : offsetOf(startOffset);
  const end = endOffset === undefined ? null : offsetOf(endOffset);
  const isRate = fps === undefined || (typeof fps === 'number' && fps > 0 && fps <= 120);
  if (
    start === undefined ||
    end === undefined ||
    !isRate ||
    ![...named.keys()].every((key) => known.includes(key))
  ) {
    return 'bad';
  }
  const video = {
    ...(start === null ? {} : { startOffset: start }),
    ...(end === null ? {} : { endOffset: end }),
    ...(typeof fps === 'number' ? { fps } : {}),
  };
  return Object.keys(video).length === 0 ? null : video;
}

/** Seconds as a number mean the same. */
function offsetOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && value >= 0 ? `${value}s` : String(value).trim();
  return OFFSET.test(text) ? text : undefined;
}

function given(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    typeof one === 'string' && one.trim() !== '' ? [one.trim()] : [],
  );
}

/** A cell: a JSON list, or one reference with whatever commas it has. */
function listOf(cell: string): readonly string[] {
  const value = cell.trim().startsWith('[') ? parsed(cell) : undefined;
  return given(Array.isArray(value) ? value : cell);
}

function pairing(cell: string): unknown {
  const value = cell.trim().startsWith('[') ? parsed(cell) : undefined;
  return Array.isArray(value) ? value : cell;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Bytes stand in a cell as base64, as a data URL, or as the id under which an import unpacked them. */
function asReference(bytes: string): string {
  return /^(?:data|embedded):/i.test(bytes) ? bytes : `data:application/octet-stream;base64,${bytes}`;
}
