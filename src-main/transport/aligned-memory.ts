/**
 * Memory that begins where a page of the system begins, as writing around the page cache asks for. Only growable
 * buffers are allocated in whole pages; this one never grows. Nothing relies on it: a write that is refused is made
 * through the cache.
 */
import { Buffer } from 'node:buffer';

/** ES2024; the types of the language level that all runtimes here have do not know it. */
type GrowableArrayBuffer = new (bytes: number, limits: { readonly maxByteLength: number }) => ArrayBuffer;

/** `bytes` of zeros. */
export function alignedBuffer(bytes: number): Buffer {
  const Growable = ArrayBuffer as unknown as GrowableArrayBuffer;
  return Buffer.from(new Growable(bytes, { maxByteLength: bytes }), 0, bytes);
}
