/** A Parquet value as cell text; embedded images are handed to `store`, which answers their reference. */
import { referenceCell } from '@shared/columns';
import { jsonCell } from './json-fields';

export type StoreImage = (bytes: Uint8Array) => Promise<string>;

/**
 * Images are bytes, `{bytes, path}` structs (the Hugging Face `Image` feature) or lists of either; a list becomes JSON
 * array text. Bytes that are valid UTF-8 without being an image are text.
 */
export async function parquetCell(value: unknown, store: StoreImage): Promise<string> {
  if (Array.isArray(value) || isTypedArray(value)) {
    const items: string[] = [];
    for (const item of value as Iterable<unknown>) {
      items.push(isImageStruct(item) ? await imageReference(item, store) : await parquetCell(item, store));
    }
    return JSON.stringify(items);
  }
  if (value instanceof Uint8Array) return bytesCell(value, store);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (isImageStruct(value)) return referenceCell(await imageReference(value, store));
  if (typeof value === 'bigint') return value.toString();
  return jsonCell(typeof value === 'object' ? withoutBigints(value) : value);
}

interface ImageStruct {
  readonly bytes?: unknown;
  readonly path?: unknown;
}

function isImageStruct(value: unknown): value is ImageStruct {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.includes('bytes') && keys.every((key) => key === 'bytes' || key === 'path');
}

/** Without bytes the path is the image's own: a reference like any other. */
async function imageReference(struct: ImageStruct, store: StoreImage): Promise<string> {
  if (struct.bytes instanceof Uint8Array && struct.bytes.length > 0) return store(struct.bytes);
  return typeof struct.path === 'string' ? struct.path : '';
}

async function bytesCell(bytes: Uint8Array, store: StoreImage): Promise<string> {
  if (bytes.length === 0) return '';
  const text = decodeText(bytes);
  return text ?? store(bytes);
}

/** Every image format has bytes that UTF-8 cannot have, or a NUL, near its beginning. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function isTypedArray(value: unknown): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof Uint8Array) && !(value instanceof DataView);
}

function withoutBigints(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)) ??
      'null',
  );
}
