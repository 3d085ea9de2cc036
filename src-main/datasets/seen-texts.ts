/**
 * A set of texts that only says whether it has seen one, at 11 to 22 bytes each however long they are: it keeps 52 bits
 * of their hash. One it has not seen may be taken for another, once in ten thousand runs of a million rows; never the
 * other way round. The same texts in the same order always get the same answers.
 */
import { createHash } from 'node:crypto';

const FIRST_PLACES = 1024;
/** Of its places taken before it grows. */
const FULL = 0.75;
const EMPTY = 0;

export class SeenTexts {
  /** Open addressing, by the low bits of the hash; a power of two places. */
  #places = new Float64Array(FIRST_PLACES);
  #size = 0;

  get bytes(): number {
    return this.#places.byteLength;
  }

  has(text: string): boolean {
    const hash = hashOf(text);
    return this.#places[placeOf(this.#places, hash)] === hash;
  }

  /** False when it was there already. */
  add(text: string): boolean {
    const hash = hashOf(text);
    const place = placeOf(this.#places, hash);
    if (this.#places[place] === hash) return false;
    this.#places[place] = hash;
    this.#size++;
    if (this.#size > this.#places.length * FULL) this.#grow();
    return true;
  }

  #grow(): void {
    const places = new Float64Array(this.#places.length * 2);
    for (const hash of this.#places) {
      if (hash !== EMPTY) places[placeOf(places, hash)] = hash;
    }
    this.#places = places;
  }
}

/** Where the hash is, or would be. */
export function placeOf(places: Float64Array, hash: number): number {
  const mask = places.length - 1;
  let place = (hash % 2 ** 31) & mask;
  while (places[place] !== EMPTY && places[place] !== hash) place = (place + 1) & mask;
  return place;
}

/** 52 bits, never 0. */
export function hashOf(text: string): number {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest.readUInt8(6) & 15) || 1;
}
