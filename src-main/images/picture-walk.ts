/**
 * Whether a picture is whole: the one rule for pictures as they arrive (arriving-picture.ts) and as they lie on a disk
 * (whole-image.ts). It goes from part to part by the lengths that stand before each, so that a whole thumbnail inside a
 * cut picture deceives nobody and few bytes are looked at. What lies behind the end is no fault: decoders pass over it,
 * and what was paid for would be asked again. Parts are not decoded: bits that were changed on the way are not seen.
 */

/** What is looked at next, behind all that was looked at before: that is gone. */
export type Wanted =
  /** The answer is these bytes; null: it ends before. */
  | {
      readonly kind: 'bytes';
      readonly at: number;
      readonly length: number;
      /** The picture may have ended before it: where it does not say so, it is broken. */
      readonly mayEnd?: true;
    }
  /** The answer is the mark, if it stands anywhere at or behind that place; else it is broken. */
  | { readonly kind: 'mark'; readonly at: number; readonly mark: Buffer };

/** The answer: of how many bytes it is whole, once all that was wanted has been seen; null: it is broken, or holds no picture. */
export type PictureWalk = Generator<Wanted, number | null, Buffer | null>;

const WALKS: Readonly<Record<string, () => PictureWalk>> = {
  'image/png': walkPng,
  'image/jpeg': walkJpeg,
  'image/gif': walkGif,
  'image/webp': walkWebp,
  'image/avif': walkIsoMedia,
  'image/heic': walkIsoMedia,
};

export function tellsItsEnd(mimeType: string): boolean {
  return Object.hasOwn(WALKS, mimeType);
}

/** Null: files of this type do not tell where they end. */
export function walkOf(mimeType: string): PictureWalk | null {
  return WALKS[mimeType]?.() ?? null;
}

/**
 * The same for one look into each of very many files: many a PNG has a part for each eight kilobytes, of which this looks
 * at none. It takes one for whole that holds another's end where it was cut off.
 */
export function hastyWalkOf(mimeType: string): PictureWalk | null {
  return mimeType === 'image/png' ? lookAtPngEnd() : walkOf(mimeType);
}

const bytes = (at: number, length: number): Wanted => ({ kind: 'bytes', at, length });

const PNG_SIGNATURE = 8;
/** Length, type and checksum of a chunk (PNG specification, 5.3). */
const PNG_FRAME = 12;

function* walkPng(): PictureWalk {
  let hasPixels = false;
  for (let at = PNG_SIGNATURE; ; ) {
    const frame = (yield bytes(at, 8)) ?? NOTHING;
    const chunk = frame.toString('latin1', 4, 8);
    at += frame.readUInt32BE(0) + PNG_FRAME;
    if (chunk === 'IEND') {
      return hasPixels ? at : null;
    }
    hasPixels ||= chunk === 'IDAT';
  }
}

/** Type and checksum of the last chunk of every PNG (PNG specification, 11.2.5). */
const PNG_END = Buffer.from('IEND\xae\x42\x60\x82', 'latin1');

function* lookAtPngEnd(): PictureWalk {
  yield { kind: 'mark', at: PNG_SIGNATURE, mark: PNG_END };
  return PNG_SIGNATURE;
}

const JPEG_END = Buffer.from([0xff, 0xd9]);
const START_OF_SCAN = 0xda;

/**
 * To the start of the first scan; in what follows, the end marker cannot stand by chance (ITU-T T.81, B.1.1.5). Behind it
 * phones put a film of several megabytes (Motion Photo), or a second picture. Between segments decoders look for the next
 * marker: what is strange there is passed over here too.
 */
function* walkJpeg(): PictureWalk {
  const scans = yield* toFirstScan();
  yield { kind: 'mark', at: scans, mark: JPEG_END };
  return scans;
}

function* toFirstScan(): Generator<Wanted, number, Buffer | null> {
  for (let at = 2; ; ) {
    const start = at;
    let [marker = 0] = (yield bytes(at, 1)) ?? NOTHING;
    if (marker !== 0xff) {
      return start;
    }
    // Any number of them may stand before a marker.
    while (marker === 0xff) {
      at += 1;
      [marker = 0] = (yield bytes(at, 1)) ?? NOTHING;
    }
    at += 1;
    if (isAlone(marker)) {
      continue;
    }
    const length = ((yield bytes(at, 2)) ?? NOTHING).readUInt16BE(0);
    if (length < 2) {
      return start;
    }
    at += length;
    if (marker === START_OF_SCAN) {
      return at;
    }
  }
}

/** Markers without a length: TEM and the restarts (T.81, table B.1). */
function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

const GIF_SCREEN_FLAGS = 10;
const GIF_EXTENSION = 0x21;
const GIF_IMAGE = 0x2c;
const GIF_TRAILER = 0x3b;

/** GIF89a, appendix A: blocks, each with its sub-blocks of at most 255 bytes, up to the trailer. */
function* walkGif(): PictureWalk {
  let hasPixels = false;
  let at = 13 + colours(yield bytes(GIF_SCREEN_FLAGS, 1));
  for (;;) {
    const [block] = (yield bytes(at, 1)) ?? NOTHING;
    if (block === GIF_TRAILER) {
      return hasPixels ? at + 1 : null;
    }
    if (block === GIF_IMAGE) {
      hasPixels = true;
      // Its descriptor, its colours, and the least size of its codes.
      at += 11 + colours(yield bytes(at + 9, 1));
    } else if (block === GIF_EXTENSION) {
      at += 2;
    } else {
      return null;
    }
    for (let size = 1; size > 0; at += size + 1) {
      [size = 0] = (yield bytes(at, 1)) ?? NOTHING;
    }
  }
}

/** Bytes of the colour table that these flags announce. */
function colours(flags: Buffer | null): number {
  const [bits = 0] = flags ?? NOTHING;
  return bits >= 0x80 ? 3 * 2 ** ((bits % 8) + 1) : 0;
}

/** RFC 9649, 2.3: chunks of even length; some writers count the padding of the last one and leave it out. */
function* walkWebp(): PictureWalk {
  const end = ((yield bytes(4, 4)) ?? NOTHING).readUInt32LE(0) + 8;
  let least = 12;
  for (let at = 12; at + 8 <= end; ) {
    const size = ((yield bytes(at + 4, 4)) ?? NOTHING).readUInt32LE(0);
    least = at + 8 + size;
    at = least + (size % 2);
  }
  return least > 12 ? least : null;
}

/** Boxes that may follow the picture itself. */
const BOXES = new Set(['ftyp', 'meta', 'moov', 'mdat', 'free', 'skip', 'wide', 'uuid', 'jumb']);

/**
 * ISO/IEC 14496-12, 4.2: boxes, one behind the other, and nothing says which is the last. Once it has described a picture
 * and held its data, what is no box that is known here is no part of it.
 */
function* walkIsoMedia(): PictureWalk {
  const found = new Set<string>();
  const ending = (least: number): number | null =>
    (found.has('meta') || found.has('moov')) && found.has('mdat') ? least : null;
  for (let at = 0; ; ) {
    const head = yield { kind: 'bytes', at, length: 8, mayEnd: true };
    const box = head?.toString('latin1', 4, 8) ?? '';
    const whole = ending(at);
    if (head === null || (whole !== null && !BOXES.has(box))) {
      return whole;
    }
    found.add(box);
    const short = head.readUInt32BE(0);
    if (short === 0) {
      // To the end of the file, wherever that is.
      return ending(at + 8);
    }
    const size = short === 1 ? Number(((yield bytes(at + 8, 8)) ?? NOTHING).readBigUInt64BE(0)) : short;
    if (size < 8) {
      return null;
    }
    at += size;
  }
}

/** Only what may end gets null. */
const NOTHING = Buffer.alloc(8);
