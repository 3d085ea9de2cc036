/**
 * Names below an output folder that files of a run have, and the row each of them is of. A million names take some 30 MB:
 * they are kept by 52 bits of their hash, so that a free name may now and then be called held, and never the other way.
 */
import { fileKey } from './output-name';
import { hashOf, placeOf } from './seen-texts';

const FIRST_PLACES = 1024;
/** Of its places taken before it grows. */
const FULL = 0.75;
const EMPTY = 0;
/** Files of several rows have it. */
const SEVERAL = 0xffff_ffff;

export class HeldNames {
  /** Open addressing, as seen-texts.ts has it; the row stands at the same place. */
  #places = new Float64Array(FIRST_PLACES);
  #rows = new Uint32Array(FIRST_PLACES);
  #size = 0;

  /** `stem`: below the output folder, without extension. */
  add(stem: string, row: number): void {
    const hash = hashOf(fileKey(stem));
    const place = placeOf(this.#places, hash);
    if (this.#places[place] === hash) {
      this.#rows[place] = this.#rows[place] === row ? row : SEVERAL;
      return;
    }
    this.#set(place, hash, row);
    this.#size++;
    if (this.#size > this.#places.length * FULL) this.#grow();
  }

  /** Whether a file of another row has that name, whatever the case of its letters. */
  isAnothers(stem: string, row: number): boolean {
    const hash = hashOf(fileKey(stem));
    const place = placeOf(this.#places, hash);
    return this.#places[place] === hash && this.#rows[place] !== row;
  }

  #set(place: number, hash: number, row: number): void {
    this.#places[place] = hash;
    this.#rows[place] = row;
  }

  #grow(): void {
    const [hashes, rows] = [this.#places, this.#rows];
    this.#places = new Float64Array(hashes.length * 2);
    this.#rows = new Uint32Array(hashes.length * 2);
    for (const [at, hash] of hashes.entries()) {
      if (hash !== EMPTY) this.#set(placeOf(this.#places, hash), hash, rows[at] ?? SEVERAL);
    }
  }
}
