/**
 * A recipe with its picture: embedded where that touches no pixel and breaks no signature, else in a JSON file beside it.
 * What is read may come from anybody: it is believed only as far as its schema goes.
 */
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { parseRecipeNote, type RecipeNote, SIDECAR_ENDING } from '@shared/model/recipe-note';
import { sniffImage } from '../../images/sniff';
import { isSigned, JPEG_XMP, jpegXmp, PNG_XMP } from './c2pa';
import { type EmbeddedNote, imageDataSha256 } from './image-data';
import { APP0, APP1, jpegSegment, jpegSegments } from './jpeg-segments';
import { internationalText, pngChunks, textUnder } from './png-chunks';
import { webpChunks, withWebpXmp } from './webp-chunks';
import { recipeInXmp, xmpWithRecipe } from './xmp';

/** Of the PNG text chunk that holds the recipe as JSON. */
const PNG_KEYWORD = 'brushfleet:recipe';
const EXIF = Buffer.from('Exif\0', 'latin1');
/** A note is far shorter; a picture is seldom longer. */
const MOST_SIDECAR_BYTES = 1024 * 1024;
const MOST_PICTURE_BYTES = 512 * 1024 * 1024;

export type Embedded =
  | { readonly kind: 'embedded'; readonly bytes: Buffer }
  /** It belongs beside the picture, whose bytes stay. `unable`: its format has no place, or not that much. */
  | { readonly kind: 'beside'; readonly why: 'signed' | 'unable' };

/** The picture with its recipe in it. Its pixels, profile and other metadata are the same bytes as before. */
export function embedRecipe(bytes: Buffer, note: RecipeNote): Embedded {
  if (isSigned(bytes)) {
    return { kind: 'beside', why: 'signed' };
  }
  const data = imageDataSha256(bytes);
  const embedded = data === null ? null : embedInto(bytes, { ...note, data });
  return embedded === null ? { kind: 'beside', why: 'unable' } : { kind: 'embedded', bytes: embedded };
}

/** What stands in the file beside a picture: the note, and of which bytes it is. */
export function sidecarOf(picture: Buffer, note: RecipeNote): string {
  return `${JSON.stringify({ ...note, of: digest(picture) }, null, 2)}\n`;
}

/**
 * The recipe of a picture of ours, from within it or, for a path, from the file beside it; a path may also be that file
 * itself. Null: there is none. Rejects only when `source` is a path that cannot be read.
 */
export async function readRecipe(source: string | Uint8Array): Promise<RecipeNote | null> {
  if (typeof source !== 'string') {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    return recipeWithin(bytes) ?? recipeAlone(bytes);
  }
  const bytes = await readUpTo(source, MOST_PICTURE_BYTES);
  return bytes === null
    ? null
    : (recipeWithin(bytes) ?? recipeAlone(bytes) ?? (await recipeBeside(source, bytes)));
}

function embedInto(bytes: Buffer, note: EmbeddedNote): Buffer | null {
  switch (sniffImage(bytes)?.extension ?? '') {
    case 'png':
      return embedInPng(bytes, note);
    case 'jpg':
      return embedInJpeg(bytes, note);
    case 'webp':
      return embedInWebp(bytes, note);
    default:
      return null;
  }
}

/** As text of our own, and as XMP, which other programs show; both before the pixels. */
function embedInPng(bytes: Buffer, note: EmbeddedNote): Buffer | null {
  const chunks = pngChunks(bytes);
  const end = chunks?.at(-1)?.end;
  const pixels = chunks?.find(({ type }) => type === 'IDAT');
  if (chunks === null || pixels === undefined || end === undefined) {
    return null;
  }
  const present = chunks.find((chunk) => textUnder(PNG_XMP, chunk) !== null);
  const packet = xmpWithRecipe(present === undefined ? null : textUnder(PNG_XMP, present), note);
  const isReplaced = (chunk: (typeof chunks)[number]): boolean =>
    textUnder(PNG_KEYWORD, chunk) !== null || (packet !== null && chunk === present);
  const ours = [
    internationalText(PNG_KEYWORD, JSON.stringify(note)),
    ...(packet === null ? [] : [internationalText(PNG_XMP, packet)]),
  ];
  return Buffer.concat([
    bytes.subarray(0, 8),
    ...chunks.flatMap((chunk) => [
      ...(chunk === pixels ? ours : []),
      ...(isReplaced(chunk) ? [] : [bytes.subarray(chunk.start, chunk.end)]),
    ]),
    bytes.subarray(end),
  ]);
}

function embedInJpeg(bytes: Buffer, note: EmbeddedNote): Buffer | null {
  const segments = jpegSegments(bytes);
  if (segments === null) {
    return null;
  }
  const present = segments.find(({ marker, data }) => marker === APP1 && jpegXmp(data) !== null);
  const packet = xmpWithRecipe(present === undefined ? null : jpegXmp(present.data), note);
  const segment =
    packet === null ? null : jpegSegment(APP1, Buffer.concat([JPEG_XMP, Buffer.from(packet, 'utf8')]));
  if (segment === null) {
    return null;
  }
  if (present !== undefined) {
    return Buffer.concat([bytes.subarray(0, present.start), segment, bytes.subarray(present.end)]);
  }
  // JFIF and Exif each want to be first.
  const isFirst = ({ marker, data }: (typeof segments)[number]): boolean =>
    marker === APP0 || (marker === APP1 && data.subarray(0, EXIF.length).equals(EXIF));
  const behind = segments.findIndex((one) => !isFirst(one));
  const at = behind === -1 ? (segments.at(-1)?.end ?? 2) : (segments[behind]?.start ?? 2);
  return Buffer.concat([bytes.subarray(0, at), segment, bytes.subarray(at)]);
}

function embedInWebp(bytes: Buffer, note: EmbeddedNote): Buffer | null {
  const present = webpChunks(bytes)?.find(({ type }) => type === 'XMP ');
  const packet = xmpWithRecipe(present?.data.toString('utf8') ?? null, note);
  return packet === null ? null : withWebpXmp(bytes, packet);
}

/** Null, too, when the picture was edited since: how it came about is then another story. */
function recipeWithin(bytes: Buffer): RecipeNote | null {
  const text = textWithin(bytes);
  const note = text === null ? null : parseRecipeNote(text);
  if (text === null || note === null) {
    return null;
  }
  return (JSON.parse(text) as { data?: unknown }).data === imageDataSha256(bytes) ? note : null;
}

function textWithin(bytes: Buffer): string | null {
  switch (sniffImage(bytes)?.extension ?? '') {
    case 'png':
      return firstOf(pngChunks(bytes), (chunk) => {
        const text = textUnder(PNG_KEYWORD, chunk);
        const packet = textUnder(PNG_XMP, chunk);
        return text ?? (packet === null ? null : recipeInXmp(packet));
      });
    case 'jpg':
      return firstOf(jpegSegments(bytes), ({ marker, data }) => {
        const packet = marker === APP1 ? jpegXmp(data) : null;
        return packet === null ? null : recipeInXmp(packet);
      });
    case 'webp':
      return firstOf(webpChunks(bytes), ({ type, data }) =>
        type === 'XMP ' ? recipeInXmp(data.toString('utf8')) : null,
      );
    default:
      return null;
  }
}

function firstOf<T>(parts: readonly T[] | null, textOf: (part: T) => string | null): string | null {
  for (const part of parts ?? []) {
    const text = textOf(part);
    if (text !== null) {
      return text;
    }
  }
  return null;
}

/** The file is one that lay beside a picture. */
function recipeAlone(bytes: Buffer): RecipeNote | null {
  return bytes.length <= MOST_SIDECAR_BYTES && bytes[0] === 0x7b
    ? parseRecipeNote(bytes.toString('utf8'))
    : null;
}

/** Only where it says that it is of these very bytes: another picture may bear the name by now. */
async function recipeBeside(path: string, bytes: Buffer): Promise<RecipeNote | null> {
  try {
    const text = (await readUpTo(`${path}${SIDECAR_ENDING}`, MOST_SIDECAR_BYTES))?.toString('utf8') ?? '';
    const note = parseRecipeNote(text);
    return note !== null && (JSON.parse(text) as { of?: unknown }).of === digest(bytes) ? note : null;
  } catch {
    return null;
  }
}

/** Null: it is longer. */
async function readUpTo(path: string, mostBytes: number): Promise<Buffer | null> {
  const handle = await open(path, 'r');
  try {
    return (await handle.stat()).size > mostBytes ? null : await readFile(handle);
  } finally {
    await handle.close();
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
