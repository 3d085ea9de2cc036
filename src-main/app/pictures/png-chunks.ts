/** The chunks of a PNG (PNG specification, third edition, 5.3): found, read and written without touching a pixel. */
import { crc32 } from 'node:zlib';

export interface PngChunk {
  readonly type: string;
  /** Of its first byte, the length field. */
  readonly start: number;
  /** Behind its checksum. */
  readonly end: number;
  readonly data: Buffer;
}

const SIGNATURE_BYTES = 8;
/** Length and type before the data, the checksum behind it. */
const HEAD_BYTES = 8;
const FRAME_BYTES = 12;

/** Up to and with IEND; null: it is cut off or damaged. */
export function pngChunks(bytes: Buffer): readonly PngChunk[] | null {
  const chunks: PngChunk[] = [];
  for (let start = SIGNATURE_BYTES; start + FRAME_BYTES <= bytes.length; ) {
    const end = start + FRAME_BYTES + bytes.readUInt32BE(start);
    if (end > bytes.length) {
      return null;
    }
    const type = bytes.toString('latin1', start + 4, start + HEAD_BYTES);
    chunks.push({ type, start, end, data: bytes.subarray(start + HEAD_BYTES, end - 4) });
    if (type === 'IEND') {
      return chunks;
    }
    start = end;
  }
  return null;
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(FRAME_BYTES - 4);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** An international text chunk, uncompressed (11.3.3.4): keyword, two zero bytes, empty language and translation. */
export function internationalText(keyword: string, text: string): Buffer {
  return pngChunk('iTXt', Buffer.from(`${keyword}\0\0\0\0\0${text}`, 'utf8'));
}

/** The text of an uncompressed iTXt chunk under this keyword; null: it is another. */
export function textUnder(keyword: string, { type, data }: PngChunk): string | null {
  const head = Buffer.from(`${keyword}\0\0\0`, 'latin1');
  if (type !== 'iTXt' || !data.subarray(0, head.length).equals(head)) {
    return null;
  }
  const language = data.indexOf(0, head.length);
  const translated = language === -1 ? -1 : data.indexOf(0, language + 1);
  return translated === -1 ? null : data.toString('utf8', translated + 1);
}
