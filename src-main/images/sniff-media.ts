/** What a sound or a film really is, by its first bytes. Pictures: sniff.ts. */
import type { Medium } from '@shared/model/text';
import { sniffImage } from './sniff';

export interface MediaType {
  /** e.g. `audio/wav`. */
  readonly mimeType: string;
  /** Without the dot, e.g. `mp3`. */
  readonly extension: string;
}

/** As many bytes as `sniffMedia` looks at. */
export const MEDIA_SNIFF_BYTES = 600;

/** Containers that hold either: what they are taken for is what they are given as. */
interface Either {
  readonly audio: MediaType;
  readonly video: MediaType;
}

type Found = MediaType | Either;

const either = (name: string, audioExtension: string, videoExtension: string): Either => ({
  audio: { mimeType: `audio/${name}`, extension: audioExtension },
  video: { mimeType: `video/${name}`, extension: videoExtension },
});

const MP4 = either('mp4', 'm4a', 'mp4');
const WEBM = either('webm', 'weba', 'webm');
const OGG = either('ogg', 'ogg', 'ogv');
const MATROSKA = either('x-matroska', 'mka', 'mkv');
const WAV: MediaType = { mimeType: 'audio/wav', extension: 'wav' };
/** As Google names it (ai.google.dev/gemini-api/docs/audio); the registered name is audio/mpeg. */
const MP3: MediaType = { mimeType: 'audio/mp3', extension: 'mp3' };
const AAC: MediaType = { mimeType: 'audio/aac', extension: 'aac' };
const AIFF: MediaType = { mimeType: 'audio/aiff', extension: 'aiff' };
const FLAC: MediaType = { mimeType: 'audio/flac', extension: 'flac' };
const QUICKTIME: MediaType = { mimeType: 'video/quicktime', extension: 'mov' };
const THREE_GPP: MediaType = { mimeType: 'video/3gpp', extension: '3gp' };
const MPEG: MediaType = { mimeType: 'video/mpeg', extension: 'mpg' };
const MPEG_TS: MediaType = { mimeType: 'video/mp2t', extension: 'ts' };
const AVI: MediaType = { mimeType: 'video/x-msvideo', extension: 'avi' };
const FLV: MediaType = { mimeType: 'video/x-flv', extension: 'flv' };
const WMV: MediaType = { mimeType: 'video/x-ms-wmv', extension: 'wmv' };

/** Names that mean the same (RFC 6838 registrations, and what is written in their stead). */
const SAME: Readonly<Record<string, string>> = {
  'audio/mpeg': 'audio/mp3',
  'audio/mpeg3': 'audio/mp3',
  'audio/x-mpeg': 'audio/mp3',
  'audio/x-mp3': 'audio/mp3',
  'audio/mpga': 'audio/mp3',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-pn-wav': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-aac': 'audio/aac',
  'audio/aacp': 'audio/aac',
  'audio/x-aiff': 'audio/aiff',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/opus': 'audio/ogg',
  'audio/vorbis': 'audio/ogg',
  'audio/matroska': 'audio/x-matroska',
  'video/x-m4v': 'video/mp4',
  'video/m4v': 'video/mp4',
  'video/mov': 'video/quicktime',
  'video/mpg': 'video/mpeg',
  'video/mpegps': 'video/mpeg',
  'video/x-mpeg': 'video/mpeg',
  'video/avi': 'video/x-msvideo',
  'video/msvideo': 'video/x-msvideo',
  'video/wmv': 'video/x-ms-wmv',
  'video/x-ms-asf': 'video/x-ms-wmv',
  'video/flv': 'video/x-flv',
  'video/3gp': 'video/3gpp',
  'video/3gpp2': 'video/3gpp',
  'video/matroska': 'video/x-matroska',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/heif': 'image/heic',
};

/** One name for each type, in lower case and without parameters. */
export function canonicalType(mimeType: string): string {
  const plain = (mimeType.split(';')[0] ?? '').trim().toLowerCase();
  return SAME[plain] ?? plain;
}

/** What `bytes` are when they are given as this medium; null: nothing of that kind that is known here. */
export function sniffMedia(bytes: Uint8Array, medium: Medium): MediaType | null {
  if (medium === 'image') {
    return sniffImage(bytes);
  }
  const found = signatureOf(bytes);
  if (found === null) {
    return null;
  }
  if ('audio' in found) {
    return found[medium];
  }
  return found.mimeType.startsWith(`${medium}/`) ? found : null;
}

function signatureOf(bytes: Uint8Array): Found | null {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  switch (ascii(0, 4)) {
    case 'RIFF':
      return riffOf(ascii(8, 12));
    case 'fLaC':
      return FLAC;
    case 'OggS':
      return OGG;
    case 'FORM':
      return /^AIF[FC]$/.test(ascii(8, 12)) ? AIFF : null;
    case '\x1a\x45\xdf\xa3':
      // EBML: its document type stands in the header (RFC 8794, 11.2.4).
      return ascii(0, MEDIA_SNIFF_BYTES).includes('matroska') ? MATROSKA : WEBM;
    case '\x30\x26\xb2\x75':
      return WMV;
    case '\0\0\x01\xba':
    case '\0\0\x01\xb3':
      return MPEG;
  }
  if (ascii(0, 3) === 'FLV') return FLV;
  if (ascii(0, 3) === 'ID3') return afterTag(bytes);
  if (ascii(4, 8) === 'ftyp') return isoOf(ascii(8, 12), bytes);
  if (['moov', 'mdat', 'wide'].includes(ascii(4, 8))) return QUICKTIME;
  if (bytes[0] === 0x47 && bytes[188] === 0x47 && bytes[376] === 0x47) return MPEG_TS;
  return frameOf(bytes);
}

function riffOf(form: string): MediaType | null {
  return form === 'WAVE' ? WAV : form === 'AVI ' ? AVI : null;
}

/** ISO/IEC 14496-12; pictures of that family are no film. */
function isoOf(brand: string, bytes: Uint8Array): Found | null {
  if (sniffImage(bytes) !== null) return null;
  if (brand === 'qt  ') return QUICKTIME;
  return brand.startsWith('3g') ? THREE_GPP : MP4;
}

/** An ID3 tag stands before MP3 mostly, before AAC at times; what follows it is often out of sight. */
function afterTag(bytes: Uint8Array): MediaType {
  const digit = (at: number): number => (bytes[at] ?? 0) % 0x80;
  const size = ((digit(6) * 128 + digit(7)) * 128 + digit(8)) * 128 + digit(9);
  return frameOf(bytes.subarray(10 + size)) ?? MP3;
}

/** MPEG audio begins with eleven bits that are set; the layer tells ADTS (ISO/IEC 13818-7) from MP3 (11172-3). */
function frameOf(bytes: Uint8Array): MediaType | null {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first !== 0xff || second < 0xe0) {
    return null;
  }
  const layer = Math.floor(second / 2) % 4;
  if (layer === 0) {
    return second >= 0xf0 && Math.floor(third / 4) % 16 < 13 ? AAC : null;
  }
  const version = Math.floor(second / 8) % 4;
  const bitRate = Math.floor(third / 16);
  const sampleRate = Math.floor(third / 4) % 4;
  // Layer I is nobody's: what looks like it is mostly the mark of UTF-16.
  return version !== 1 && layer !== 3 && bitRate !== 15 && sampleRate !== 3 ? MP3 : null;
}
