/** What a file is sent as: what its bytes say, held against what the row says it is. */
import type { Medium } from '@shared/model/text';
import { badInput, type Refused } from './bad-input';
import { canonicalType, type MediaType, sniffMedia } from './sniff-media';

export interface MediaClaim {
  readonly medium: Medium;
  /** As its row names it; absent: its bytes say it. */
  readonly mimeType?: string | undefined;
}

const NOUNS: Readonly<Record<Medium, { readonly one: string; readonly known: string }>> = {
  image: { one: 'an image', known: 'PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF' },
  audio: { one: 'an audio file', known: 'WAV, MP3, AAC, AIFF, Ogg, FLAC or M4A' },
  video: { one: 'a video', known: 'MP4, MOV, WebM, MPEG, AVI, FLV, WMV or 3GP' },
};

/** Types whose files this program tells by their first bytes: another's bytes contradict them. */
const TOLD = new Set([
  ...['png', 'jpeg', 'webp', 'gif', 'avif', 'heic', 'bmp', 'tiff'].map((name) => `image/${name}`),
  ...['wav', 'mp3', 'aac', 'aiff', 'ogg', 'flac', 'mp4', 'webm', 'x-matroska'].map((name) => `audio/${name}`),
  ...[
    'mp4',
    'quicktime',
    'webm',
    'mpeg',
    'mp2t',
    'x-msvideo',
    'x-flv',
    'x-ms-wmv',
    '3gpp',
    'x-matroska',
    'ogg',
  ].map((name) => `video/${name}`),
]);

/** Files of one family that are commonly called by each other's names, and read as such by providers. */
const FAMILIES: readonly ReadonlySet<string>[] = [
  new Set(['video/mp4', 'video/quicktime', 'video/3gpp']),
  new Set(['audio/mp4', 'audio/aac']),
  new Set(['video/webm', 'video/x-matroska']),
  new Set(['audio/webm', 'audio/x-matroska']),
];

/** `shown`: the reference as a sentence may show it. */
export function mediaType(
  bytes: Uint8Array,
  { medium, mimeType }: MediaClaim,
  shown: string,
): ({ readonly kind: 'ok' } & MediaType) | Refused {
  const found = sniffMedia(bytes, medium);
  const declared = mimeType === undefined || mimeType.trim() === '' ? null : canonicalType(mimeType);
  const { one, known } = NOUNS[medium];
  if (declared === null) {
    return found === null ? badInput(`"${shown}" is not ${one} (${known}).`) : { kind: 'ok', ...found };
  }
  if (!declared.startsWith(`${medium}/`)) {
    return badInput(
      `"${shown}" is given as ${one}, but its MIME type is named "${declared}"; correct one of them.`,
    );
  }
  if (found !== null) {
    return areOneFamily(declared, found.mimeType)
      ? { kind: 'ok', ...found }
      : badInput(
          `"${shown}" is named "${declared}", but its bytes are ${found.mimeType}; correct its MIME type.`,
        );
  }
  // Formats that are not told here are the provider's to judge.
  return TOLD.has(declared)
    ? badInput(`"${shown}" is named "${declared}", but its bytes are something else; check the file.`)
    : { kind: 'ok', mimeType: declared, extension: extensionOf(declared) };
}

function areOneFamily(declared: string, found: string): boolean {
  return declared === found || FAMILIES.some((family) => family.has(declared) && family.has(found));
}

function extensionOf(mimeType: string): string {
  return /\/(?:x-)?([a-z0-9]{1,8})/.exec(mimeType)?.[1] ?? 'bin';
}
