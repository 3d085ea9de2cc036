/**
 * The names of up to millions of files, as bytes in a few large arrays: as strings in a Set they take three times the
 * memory, and the collector of garbage walks through each. A table stands still each time it doubles, for a tenth of a
 * second and more at such sizes: many small ones do not.
 */
const PARTS = 256;
const FIRST_SLOTS = 16;
const FIRST_BYTES = 256;

export class ManyNames implements Iterable<string> {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());
  readonly #rest = new Part();
  readonly #asBytes = createEncoder();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(name: string): void {
    const bytes = this.#asBytes(name);
    const hash = hashOf(bytes);
    this.#size += this.#partOf(hash).add(bytes, hash) ? 1 : 0;
  }

  delete(name: string): void {
    const bytes = this.#asBytes(name);
    const hash = hashOf(bytes);
    this.#size -= this.#partOf(hash).delete(bytes, hash) ? 1 : 0;
  }

  *[Symbol.iterator](): Generator<string> {
    for (const part of this.#parts) {
      yield* part.names();
    }
  }

  #partOf(hash: number): Part {
    return this.#parts[hash % PARTS] ?? this.#rest;
  }
}

/** An open hash table with linear probing; what is deleted keeps its bytes and its slot. */
class Part {
  /** Of names one after the other. */
  #bytes = new Uint8Array(FIRST_BYTES);
  /** Where the name of each number ends in `#bytes`, one higher than its number. */
  #ends = new Uint32Array(FIRST_SLOTS / 2 + 1);
  #count = 0;
  /** The number of a name and 1, negative where it is deleted; 0 where nothing is. Half of them stay free. */
  #slots = new Int32Array(FIRST_SLOTS);

  /** False: it is there already. */
  add(name: Uint8Array, hash: number): boolean {
    const slot = this.#find(name, hash);
    const kept = this.#slots[slot] ?? 0;
    if (kept > 0) {
      return false;
    }
    if (kept < 0) {
      this.#slots[slot] = -kept;
      return true;
    }
    this.#append(name);
    this.#slots[slot] = this.#count;
    if (this.#count * 2 >= this.#slots.length) {
      this.#double();
    }
    return true;
  }

  /** False: it is not there. */
  delete(name: Uint8Array, hash: number): boolean {
    const slot = this.#find(name, hash);
    const kept = this.#slots[slot] ?? 0;
    if (kept > 0) {
      this.#slots[slot] = -kept;
    }
    return kept > 0;
  }

  *names(): Generator<string> {
    for (const kept of this.#slots) {
      if (kept > 0) {
        yield asName(this.#named(kept));
      }
    }
  }

  /** Its slot, or the free one where it belongs. */
  #find(name: Uint8Array, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = firstSlot(hash) & mask; ; slot = (slot + 1) & mask) {
      const kept = this.#slots[slot] ?? 0;
      if (kept === 0 || this.#is(name, Math.abs(kept))) {
        return slot;
      }
    }
  }

  #is(name: Uint8Array, kept: number): boolean {
    const start = this.#ends[kept - 1] ?? 0;
    if ((this.#ends[kept] ?? 0) - start !== name.length) {
      return false;
    }
    for (let at = 0; at < name.length; at += 1) {
      if (this.#bytes[start + at] !== name[at]) {
        return false;
      }
    }
    return true;
  }

  #named(kept: number): Uint8Array {
    return this.#bytes.subarray(this.#ends[kept - 1], this.#ends[kept]);
  }

  #append(name: Uint8Array): void {
    const start = this.#ends[this.#count] ?? 0;
    const end = start + name.length;
    if (end > this.#bytes.length) {
      const more = new Uint8Array(Math.max(end, Math.ceil(this.#bytes.length * 1.5)));
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes.set(name, start);
    this.#count += 1;
    this.#ends[this.#count] = end;
  }

  #double(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    const ends = new Uint32Array(before.length + 1);
    ends.set(this.#ends);
    this.#ends = ends;
    for (const kept of before) {
      if (kept !== 0) {
        const name = this.#named(Math.abs(kept));
        this.#slots[this.#find(name, hashOf(name))] = kept;
      }
    }
  }
}

const ESCAPE = 0xff;

/** One byte for each letter, and three where it takes more than one: exact for whatever a system lets a file be called. */
function createEncoder(): (name: string) => Uint8Array {
  let room = new Uint8Array(FIRST_BYTES);
  return (name) => {
    if (room.length < name.length * 3) {
      room = new Uint8Array(name.length * 3);
    }
    let length = 0;
    for (let at = 0; at < name.length; at += 1) {
      const unit = name.charCodeAt(at);
      if (unit >= ESCAPE) {
        room[length] = ESCAPE;
        room[length + 1] = unit >> 8;
        room[length + 2] = unit & 0xff;
        length += 3;
      } else {
        room[length] = unit;
        length += 1;
      }
    }
    return room.subarray(0, length);
  };
}

function asName(bytes: Uint8Array): string {
  let name = '';
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === ESCAPE) {
      name += String.fromCharCode(((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
      at += 2;
    } else {
      name += String.fromCharCode(byte);
    }
  }
  return name;
}

/** FNV-1a of 32 bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

/** Other bits than those that choose the part. */
const firstSlot = (hash: number): number => Math.floor(hash / PARTS);
