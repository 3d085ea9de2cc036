/**
 * The gallery's results in memory, a typed array for each thing they are told apart by: a search with all its counts is one
 * pass over some megabytes, where SQL would read the table once for each count. Filled and kept by gallery-feed.ts.
 */
import { GALLERY_FACETS, type GalleryFacet, type GallerySort } from '@shared/model/gallery';
import { createJobSlots } from './job-slots';

/** A value of a facet as it is asked for and as it is shown. */
export interface FacetValue {
  readonly value: string;
  readonly label: string;
}

/** What one job is filed under. Keys name sets of values, see `Dictionary`. */
export interface GalleryEntry {
  readonly jobId: number;
  readonly runId: number;
  readonly position: number;
  readonly row: number;
  /** The file's own number of the row. */
  readonly index: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
  /** 0 to 1. */
  readonly suspicion: number;
  /** 0: none. */
  readonly rating: number;
  readonly isTrashed: boolean;
  /** It has an instruction or a note of its own. */
  readonly hasOwnWords: boolean;
  readonly codes: Readonly<Record<GalleryFacet, number>>;
}

/** Sets of values of one facet by number: few sets, however many results. */
export interface Dictionary {
  readonly sets: readonly (readonly FacetValue[])[];
  /** The number of the set that `key` names; `make` is called the first time. */
  codeOf(key: string | number, make: () => readonly FacetValue[]): number;
  /** The set that `key` names has other labels by now; one that is not known yet is left. */
  renew(key: string | number, make: () => readonly FacetValue[]): void;
  /** Sets are to be made anew. */
  clear(): void;
}

function createDictionary(): Dictionary {
  const sets: (readonly FacetValue[])[] = [];
  const codes = new Map<string | number, number>();
  return {
    sets,
    codeOf(key, make) {
      const known = codes.get(key);
      if (known !== undefined) {
        return known;
      }
      sets.push(make());
      codes.set(key, sets.length - 1);
      return sets.length - 1;
    },
    renew(key, make) {
      const known = codes.get(key);
      if (known !== undefined) {
        sets[known] = make();
      }
    },
    clear() {
      sets.length = 0;
      codes.clear();
    },
  };
}

function byFacet<T>(make: () => T): Record<GalleryFacet, T> {
  return {
    state: make(),
    verdict: make(),
    reason: make(),
    rating: make(),
    suspicion: make(),
    tag: make(),
    run: make(),
    model: make(),
    endpoint: make(),
    failure: make(),
    day: make(),
  };
}

const FIRST_CAPACITY = 1024;
/** A quarter more each time: twice as much would stand empty for a while, with everything copied beside it. */
const GROWTH = 1.25;

/** Codes are few and small as a rule: a byte each until one is larger. */
type Codes = Uint8Array | Uint16Array | Uint32Array;

function columnsOf(capacity: number) {
  return {
    jobIds: new Float64Array(capacity),
    runIds: new Uint32Array(capacity),
    positions: new Uint32Array(capacity),
    rows: new Uint32Array(capacity),
    indexes: new Float64Array(capacity),
    at: new Float64Array(capacity),
    suspicion: new Float32Array(capacity),
    rating: new Uint8Array(capacity),
    isTrashed: new Uint8Array(capacity),
    hasOwnWords: new Uint8Array(capacity),
    codes: byFacet((): Codes => new Uint8Array(capacity)),
  };
}

/** The same codes with room for one as large as `code`. */
function wideEnough(codes: Codes, code: number): Codes {
  if (code < 2 ** (8 * codes.BYTES_PER_ELEMENT)) {
    return codes;
  }
  return code < 2 ** 16 ? Uint16Array.from(codes) : Uint32Array.from(codes);
}

/** `length` values, those of `column` first. */
function lengthened<T extends Column>(column: T, length: number): T {
  const Same = column.constructor as new (length: number) => T;
  const longer = new Same(length);
  longer.set(column);
  return longer;
}

export type GalleryColumns = ReturnType<typeof columnsOf>;
export type GalleryIndex = ReturnType<typeof createGalleryIndex>;

export function createGalleryIndex() {
  let capacity = FIRST_CAPACITY;
  let columns = columnsOf(capacity);
  let size = 0;
  let generation = 0;
  const slots = createJobSlots();
  const dictionaries = byFacet(createDictionary);
  const orders = new Map<GallerySort, Uint32Array>();

  function changed(): void {
    generation += 1;
    orders.clear();
  }

  function grow(): void {
    capacity = Math.ceil(capacity * GROWTH);
    const { codes, ...plain } = columns;
    columns = {
      ...(eachOf(plain, (column) => lengthened(column, capacity)) as typeof plain),
      codes: eachOf(codes, (column) => lengthened(column, capacity)),
    };
  }

  function write(slot: number, entry: GalleryEntry): void {
    columns.jobIds[slot] = entry.jobId;
    columns.runIds[slot] = entry.runId;
    columns.positions[slot] = entry.position;
    columns.rows[slot] = entry.row;
    columns.indexes[slot] = entry.index;
    columns.at[slot] = entry.at;
    columns.suspicion[slot] = entry.suspicion;
    columns.rating[slot] = entry.rating;
    columns.isTrashed[slot] = entry.isTrashed ? 1 : 0;
    columns.hasOwnWords[slot] = entry.hasOwnWords ? 1 : 0;
    for (const facet of GALLERY_FACETS) {
      const code = entry.codes[facet];
      const codes = wideEnough(columns.codes[facet], code);
      codes[slot] = code;
      columns.codes[facet] = codes;
    }
  }

  function remove(jobId: number): void {
    const slot = slots.get(jobId);
    if (slot === undefined) {
      return;
    }
    size -= 1;
    slots.delete(jobId);
    if (slot !== size) {
      const { codes, ...plain } = columns;
      for (const column of [...Object.values(plain), ...Object.values(codes)]) {
        column[slot] = column[size] ?? 0;
      }
      slots.set(columns.jobIds[slot] ?? 0, slot);
    }
    changed();
  }

  return {
    dictionaries,
    columns: () => columns,
    size: () => size,
    /** Another number: something changed. */
    generation: () => generation,
    has: (jobId: number): boolean => slots.get(jobId) !== undefined,
    put(entry: GalleryEntry): void {
      if (size === capacity) {
        grow();
      }
      const slot = slots.get(entry.jobId) ?? size;
      if (slot === size) {
        slots.set(entry.jobId, slot);
        size += 1;
      }
      write(slot, entry);
      changed();
    },
    remove,
    removeRun(runId: number): void {
      const { runIds, jobIds } = columns;
      for (const jobId of jobIds.subarray(0, size).filter((_, slot) => runIds[slot] === runId)) {
        remove(jobId);
      }
    },
    clear(): void {
      size = 0;
      slots.clear();
      for (const facet of GALLERY_FACETS) {
        dictionaries[facet].clear();
      }
      changed();
    },
    /** All slots in that order; of equals, those of the younger job come first. */
    order(sort: GallerySort): Uint32Array {
      const known = orders.get(sort);
      if (known !== undefined) {
        return known;
      }
      const sortable = { columns, size, dictionaries };
      const newest = orders.get('newest') ?? orderOf(sortable, 'newest', null);
      orders.set('newest', newest);
      const order = orderOf(sortable, sort, newest);
      orders.set(sort, order);
      return order;
    },
  };
}

type Column = Float64Array | Float32Array | Codes;

function eachOf<K extends string, T extends Column>(
  columns: Readonly<Record<K, T>>,
  change: (column: T) => T,
): Record<K, T> {
  const changed = Object.entries<T>(columns).map(([name, column]) => [name, change(column)]);
  return Object.fromEntries(changed) as Record<K, T>;
}

interface Sortable {
  readonly columns: GalleryColumns;
  readonly size: number;
  readonly dictionaries: Readonly<Record<GalleryFacet, Dictionary>>;
}

/** Suspicion is told apart to a hundred-thousandth. */
const SUSPICION_STEPS = 100_000;

/** `known`: the order of the newest, on which others build. */
function orderOf(
  { columns, size, dictionaries }: Sortable,
  sort: GallerySort,
  known: Uint32Array | null,
): Uint32Array {
  const { jobIds, at, positions, runIds, suspicion, rating, codes } = columns;
  const all = new Uint32Array(size).map((_, slot) => slot);
  const up = (values: Float64Array | Uint32Array) => keysOf(values, { size, isDown: false });
  const down = (values: Column, scale = 1) => keysOf(values, { size, isDown: true, scale });
  const newest = () => known ?? sorted(sorted(all, down(jobIds)), down(at));
  switch (sort) {
    case 'newest':
      return newest();
    case 'oldest':
      return sorted(sorted(all, up(jobIds)), up(at));
    case 'row':
      return sorted(sorted(sorted(all, up(jobIds)), up(positions)), down(runIds));
    case 'suspicion':
      return sorted(newest(), down(suspicion, SUSPICION_STEPS));
    case 'rating':
      return sorted(newest(), down(rating));
    case 'model': {
      const ranks = ranksOf(dictionaries.model);
      const keys = new Float64Array(size);
      for (let slot = 0; slot < size; slot += 1) {
        keys[slot] = ranks[codes.model[slot] as number] ?? 0;
      }
      return sorted(newest(), keys);
    }
  }
}

interface Keying {
  readonly size: number;
  readonly isDown: boolean;
  readonly scale?: number;
}

/** Whole numbers from 0, by slot, that sort as the values do. */
function keysOf(values: Column, { size, isDown, scale = 1 }: Keying): Float64Array {
  const keys = new Float64Array(size);
  let highest = 0;
  for (let slot = 0; slot < size; slot += 1) {
    const key = Math.round((values[slot] as number) * scale);
    keys[slot] = key;
    highest = key > highest ? key : highest;
  }
  for (let slot = 0; isDown && slot < size; slot += 1) {
    keys[slot] = highest - (keys[slot] as number);
  }
  return keys;
}

/** Place of each set among all by its first label. */
function ranksOf({ sets }: Dictionary): readonly number[] {
  const label = (code: number) => sets[code]?.[0]?.label ?? '';
  const codes = sets.map((_, code) => code).sort((a, b) => label(a).localeCompare(label(b)) || a - b);
  const ranks: number[] = [];
  codes.forEach((code, rank) => {
    ranks[code] = rank;
  });
  return ranks;
}

const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;
const HALF = 2 ** 32;

/**
 * Stable radix sort of slots by whole keys from 0 to 2^53, least significant digit first: many times as quick as comparing.
 * `keys` are by slot.
 */
export function sorted(order: Uint32Array, keys: Float64Array): Uint32Array {
  const low = new Uint32Array(keys.length);
  const high = new Uint32Array(keys.length);
  for (let slot = 0; slot < keys.length; slot += 1) {
    const key = keys[slot] as number;
    low[slot] = key % HALF;
    high[slot] = key / HALF;
  }
  let result = order;
  for (const digits of [low, high]) {
    result = pass(result, digits, 0);
    result = pass(result, digits, DIGIT_BITS);
  }
  return result;
}

function pass(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(DIGITS + 1);
  for (let at = 0; at < order.length; at += 1) {
    const next = (((keys[order[at] as number] as number) >>> shift) & (DIGITS - 1)) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  // Where all have the same digit there is nothing to move.
  if (
    order.length === 0 ||
    starts[(((keys[order[0] as number] as number) >>> shift) & (DIGITS - 1)) + 1] === order.length
  ) {
    return order;
  }
  for (let value = 1; value <= DIGITS; value += 1) {
    starts[value] = (starts[value] as number) + (starts[value - 1] as number);
  }
  const moved = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at += 1) {
    const slot = order[at] as number;
    const value = ((keys[slot] as number) >>> shift) & (DIGITS - 1);
    const to = starts[value] as number;
    moved[to] = slot;
    starts[value] = to + 1;
  }
  return moved;
}
