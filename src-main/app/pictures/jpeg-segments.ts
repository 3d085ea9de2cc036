/** The marker segments of a JPEG before its scan (ISO/IEC 10918-1, B.1.1): what is behind them is never touched. */

export interface JpegSegment {
  /** e.g. 0xe1 for APP1. */
  readonly marker: number;
  readonly start: number;
  readonly end: number;
  readonly data: Buffer;
}

export const APP0 = 0xe0;
export const APP1 = 0xe1;
export const APP11 = 0xeb;
const START_OF_SCAN = 0xda;
const LENGTH_BYTES = 2;
/** What a segment can hold, its length field counted. */
const MOST_BYTES = 0xffff;

/** Null: it is cut off or damaged before its scan. */
export function jpegSegments(bytes: Buffer): readonly JpegSegment[] | null {
  const segments: JpegSegment[] = [];
  for (let start = 2; start + 4 <= bytes.length; ) {
    // Any number of fill bytes may stand before a marker.
    if (bytes[start] !== 0xff) {
      return null;
    }
    const marker = bytes[start + 1] ?? 0;
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    if (marker === START_OF_SCAN) {
      return segments;
    }
    const end = start + 2 + bytes.readUInt16BE(start + 2);
    if (end < start + 4 || end > bytes.length) {
      return null;
    }
    segments.push({ marker, start, end, data: bytes.subarray(start + 4, end) });
    start = end;
  }
  return null;
}

/** Null: it is too long for one. */
export function jpegSegment(marker: number, data: Buffer): Buffer | null {
  if (data.length + LENGTH_BYTES > MOST_BYTES) {
    return null;
  }
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + LENGTH_BYTES, 2);
  return Buffer.concat([head, data]);
}
