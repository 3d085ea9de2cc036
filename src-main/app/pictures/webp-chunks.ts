/** The chunks of a WebP (RFC 9649, 2.3 to 2.7): found, read and written without touching a pixel. */
import { measureImage } from '../../images/measure';

export interface WebpChunk {
  /** Four characters, e.g. `VP8X`, `XMP `. */
  readonly type: string;
  readonly start: number;
  /** Padding included. */
  readonly end: number;
  readonly data: Buffer;
}

const HEADER_BYTES = 12;
const FRAME_BYTES = 8;
const HAS_XMP = 0x04;
const HAS_ALPHA = 0x10;
/** Of the bits behind a lossless picture's width and height, the one that says so. */
const LOSSLESS_ALPHA = 1 << 28;

/** Null: it is cut off or damaged. */
export function webpChunks(bytes: Buffer): readonly WebpChunk[] | null {
  const chunks: WebpChunk[] = [];
  const total = bytes.length < HEADER_BYTES ? 0 : bytes.readUInt32LE(4) + 8;
  if (total > bytes.length || total < HEADER_BYTES) {
    return null;
  }
  for (let start = HEADER_BYTES; start + FRAME_BYTES <= total; ) {
    const length = bytes.readUInt32LE(start + 4);
    const dataEnd = start + FRAME_BYTES + length;
    if (dataEnd > total) {
      return null;
    }
    chunks.push({
      type: bytes.toString('latin1', start, start + 4),
      start,
      end: Math.min(total, dataEnd + (length % 2)),
      data: bytes.subarray(start + FRAME_BYTES, dataEnd),
    });
    start = dataEnd + (length % 2);
  }
  return chunks;
}

/** With this metadata in the place of what XMP there was; null: its form is none that can carry some. */
export function withWebpXmp(bytes: Buffer, xmp: string): Buffer | null {
  const chunks = webpChunks(bytes);
  const header = chunks === null ? null : extendedHeader(bytes, chunks);
  if (chunks === null || header === null) {
    return null;
  }
  const kept = chunks
    .filter(({ type }) => type !== 'VP8X' && type !== 'XMP ')
    .map(({ start, end, data }) =>
      (end - start) % 2 === 0
        ? bytes.subarray(start, end)
        : chunkOf(bytes.toString('latin1', start, start + 4), data),
    );
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    header,
    ...kept,
    chunkOf('XMP ', Buffer.from(xmp, 'utf8')),
  ]);
  const riff = Buffer.from('RIFF\0\0\0\0', 'latin1');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}

/** The one it has with the flag for XMP, or one made for a simple file. */
function extendedHeader(bytes: Buffer, chunks: readonly WebpChunk[]): Buffer | null {
  const [first] = chunks;
  if (first?.type === 'VP8X') {
    const data = Buffer.from(first.data);
    data[0] = (data[0] ?? 0) | HAS_XMP;
    return chunkOf('VP8X', data);
  }
  const size = measureImage(bytes);
  if (size === null || first === undefined || !first.type.startsWith('VP8')) {
    return null;
  }
  const data = Buffer.alloc(10);
  data[0] = HAS_XMP | (hasAlpha(first) ? HAS_ALPHA : 0);
  data.writeUIntLE(size.width - 1, 4, 3);
  data.writeUIntLE(size.height - 1, 7, 3);
  return chunkOf('VP8X', data);
}

function hasAlpha({ type, data }: WebpChunk): boolean {
  return type === 'VP8L' && data.length >= 5 && (data.readUInt32LE(1) & LOSSLESS_ALPHA) !== 0;
}

function chunkOf(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_BYTES);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
