/** What the first bytes of a picture tell beside its size: whether a provider will take it as it is. Pure. */
import type { Provider } from '@shared/model/provider';
import { liesSideways, measureHeader } from '../../images/measure';
import { sniffImage } from '../../images/sniff';

export interface PictureFacts {
  readonly mimeType: string;
  /** Without the dot. */
  readonly extension: string;
  /** As it is seen: EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF: 1 is upright. */
  readonly orientation: number;
  readonly bitsPerChannel: number;
  readonly isCmyk: boolean;
  readonly isAnimated: boolean;
  /** Whether it can be see-through at all. */
  readonly hasAlpha: boolean;
}

type Nature = Pick<PictureFacts, 'bitsPerChannel' | 'isCmyk' | 'isAnimated' | 'hasAlpha'>;

/** As much of a file as `pictureFacts` looks at: profiles and previews before a JPEG's frame may be long. */
export const FACTS_BYTES = 1024 * 1024;

/** More than any provider looks at; what is larger is made smaller before it is sent. */
const MOST_SENT_PIXELS = 50_000_000;
const MOST_SENT_BYTES = 50 * 1024 * 1024;

/**
 * Documented kinds: https://ai.google.dev/gemini-api/docs/image-understanding (PNG, JPEG, WebP, HEIC, HEIF) and
 * https://platform.openai.com/docs/api-reference/images/createEdit (PNG, WebP, JPG).
 */
const TAKEN: Readonly<Record<Provider, ReadonlySet<string>>> = {
  google_genai: new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic']),
  openai: new Set(['image/png', 'image/jpeg', 'image/webp']),
};

/** Null: it is no picture, or its header is broken. */
export function pictureFacts(start: Uint8Array): PictureFacts | null {
  const type = sniffImage(start);
  const header = measureHeader(start);
  if (type === null || header === null) {
    return null;
  }
  const { width, height, orientation } = header;
  const isTurned = liesSideways(header);
  try {
    return {
      ...type,
      width: isTurned ? height : width,
      height: isTurned ? width : height,
      orientation,
      ...natureOf(Buffer.from(start.buffer, start.byteOffset, start.byteLength), type.extension),
    };
  } catch {
    return null;
  }
}

/** Why a provider (null: some provider) is sent a copy instead, one phrase each; empty: it takes the picture as it is. */
export function reasonsForCopy(
  facts: PictureFacts,
  sizeBytes: number,
  provider: Provider | null,
): readonly string[] {
  const kind = facts.extension.toUpperCase();
  const megapixels = Math.round((facts.width * facts.height) / 1_000_000);
  const reasons: readonly (readonly [boolean, string])[] = [
    [
      !TAKEN[provider ?? 'openai'].has(facts.mimeType),
      provider === null ? `not every provider takes ${kind}` : `the provider takes no ${kind}`,
    ],
    [facts.isAnimated, 'it is animated, and only its first frame can be sent'],
    [facts.isCmyk, 'its colours are CMYK'],
    [facts.bitsPerChannel > 8, `it has ${facts.bitsPerChannel} bits a channel`],
    [facts.orientation !== 1, 'it is stored turned'],
    [
      facts.width * facts.height > MOST_SENT_PIXELS,
      `its ${megapixels} megapixels are too many for one request`,
    ],
    [
      sizeBytes > MOST_SENT_BYTES,
      `its ${Math.round(sizeBytes / 1024 / 1024)} MB are too many for one request`,
    ],
  ];
  return reasons.filter(([holds]) => holds).map(([, reason]) => reason);
}

function natureOf(bytes: Buffer, extension: string): Nature {
  switch (extension) {
    case 'png':
      return pngNature(bytes);
    case 'jpg':
      return jpegNature(bytes);
    case 'webp':
      return webpNature(bytes);
    default:
      return { bitsPerChannel: 8, isCmyk: false, isAnimated: false, hasAlpha: true };
  }
}

/** PNG specification, 11.2.2 (IHDR), 11.3.2.1 (tRNS) and the APNG chunk acTL, all before IDAT. */
function pngNature(bytes: Buffer): Nature {
  const colourType = bytes[25] ?? 0;
  const types = new Set<string>();
  for (let at = 8; at + 8 <= bytes.length; ) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') {
      break;
    }
    types.add(type);
    at += bytes.readUInt32BE(at) + 12;
  }
  return {
    bitsPerChannel: bytes[24] ?? 8,
    isCmyk: false,
    isAnimated: types.has('acTL'),
    hasAlpha: colourType === 4 || colourType === 6 || types.has('tRNS'),
  };
}

const NOT_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** ITU-T T.81, B.2.2: the frame header has precision and number of components. */
function jpegNature(bytes: Buffer): Nature {
  for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
    } else if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.has(marker)) {
      return {
        bitsPerChannel: bytes[at + 4] ?? 8,
        isCmyk: bytes[at + 9] === 4,
        isAnimated: false,
        hasAlpha: false,
      };
    } else {
      at += bytes.readUInt16BE(at + 2) + 2;
    }
  }
  return { bitsPerChannel: 8, isCmyk: false, isAnimated: false, hasAlpha: false };
}

/** WebP container specification: VP8X has a byte of flags, 0x10 alpha and 0x02 animation. */
function webpNature(bytes: Buffer): Nature {
  const isExtended = bytes.toString('latin1', 12, 16) === 'VP8X';
  const flags = isExtended ? (bytes[20] ?? 0) : 0;
  return {
    bitsPerChannel: 8,
    isCmyk: false,
    isAnimated: Math.floor(flags / 0x02) % 2 === 1,
    hasAlpha: !isExtended || Math.floor(flags / 0x10) % 2 === 1,
  };
}
