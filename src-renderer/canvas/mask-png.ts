/**
 * Writes a mask as a PNG, band by band (W3C PNG 3rd edition): 8-bit RGBA, black and opaque where the picture is to stay,
 * transparent where it is to be changed, which is what OpenAI's `mask` asks for. Grey with alpha would be smaller, but
 * some servers take RGBA alone.
 */
import { maskBands } from './mask-raster';
import type { RasterSize } from './mask-raster';
import type { MaskDocument } from './mask-document';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_RGBA = 6;
/** Each row is written as what differs from the row above: most rows of a mask are the same as the last. */
const FILTER_UP = 2;

/** Null: nothing is marked anywhere, down to the last pixel. */
export async function encodeMask(
  document: MaskDocument,
  size: RasterSize,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const packed = new CompressionStream('deflate');
  const writer = packed.writable.getWriter();
  const chunks = collected(packed.readable);
  let above = new Uint8Array(size.width);
  let isMarked = false;
  for (const band of maskBands(document, size)) {
    const { lines, last } = linesOf(band, size.width, above);
    above = last;
    isMarked ||= band.some((value) => value > 0);
    await writer.write(lines);
  }
  await writer.close();
  const data = await chunks;
  if (!isMarked) {
    return null;
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, size.width);
  header.setUint32(4, size.height);
  header.setUint8(8, 8);
  header.setUint8(9, COLOUR_RGBA);
  return joinedBytes([
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    ...data.map((part) => chunk('IDAT', part)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** The rows of a band as PNG wants them. Only alpha ever differs: the colour is black throughout. */
function linesOf(
  band: Uint8Array,
  width: number,
  above: Uint8Array,
): { lines: Uint8Array<ArrayBuffer>; last: Uint8Array<ArrayBuffer> } {
  const rows = band.length / width;
  const lines = new Uint8Array(rows * (1 + width * 4));
  let before = above;
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    const alpha = band.subarray(row * width, (row + 1) * width).map((value) => 255 - value);
    lines[at] = FILTER_UP;
    for (let x = 0; x < width; x += 1) {
      lines[at + 4 + x * 4] = (alpha[x] ?? 0) - (before[x] ?? 0);
    }
    before = alpha;
    at += 1 + width * 4;
  }
  return { lines, last: new Uint8Array(before) };
}

async function collected(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
  }
  return parts;
}

function chunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let at = 0; at < 4; at += 1) {
    bytes[4 + at] = name.charCodeAt(at);
  }
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Of PNG's annex D: polynomial 0xedb88320, reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) {
    value = (value & 1) === 1 ? 0xed_b8_83_20 ^ (value >>> 1) : value >>> 1;
  }
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xff_ff_ff_ff;
  for (const byte of bytes) {
    value = (CRC_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return (value ^ 0xff_ff_ff_ff) >>> 0;
}

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
