/**
 * Buffers for large answers, used again. A fresh megabyte for each costs page faults, and memory outside of V8's heap
 * that drives it into collecting garbage: a quarter of a worker's time with 64 pictures in flight.
 *
 * Who is done with a picture may give its memory back; what is never given back is ordinary garbage.
 */
const GRAIN = 256 * 1024;
/** Held while unused. */
const MAX_FREE_BYTES = 96 * 1024 * 1024;

const lent = new WeakSet<ArrayBufferLike>();
let free: Buffer[] = [];
let freeBytes = 0;

/** At least `length` bytes of any content. */
export function lendBuffer(length: number): Buffer {
  const at = free.findIndex((one) => one.byteLength >= length && one.byteLength <= 2 * length + GRAIN);
  const [known] = at < 0 ? [] : free.splice(at, 1);
  freeBytes -= known?.byteLength ?? 0;
  const buffer = known ?? Buffer.allocUnsafeSlow(Math.ceil(length / GRAIN) * GRAIN);
  lent.add(buffer.buffer);
  return buffer;
}

/** Takes back the memory under `bytes`, which nobody may read any more; does nothing to memory that was not lent. */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!lent.delete(buffer)) {
    return;
  }
  free.push(Buffer.from(buffer));
  freeBytes += buffer.byteLength;
  while (freeBytes > MAX_FREE_BYTES) {
    freeBytes -= free.shift()?.byteLength ?? 0;
  }
}

/** Forgets what is free. */
export function dropFreeBuffers(): void {
  free = [];
  freeBytes = 0;
}
