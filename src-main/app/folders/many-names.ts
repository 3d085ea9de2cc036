/**
 * The names of up to millions of files. A set stands still each time it doubles, for a tenth of a second and more at such
 * sizes: many small ones do not.
 */
const PARTS = 256;

export class ManyNames implements Iterable<string> {
  readonly #parts = Array.from({ length: PARTS }, () => new Set<string>());

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }

  add(name: string): void {
    this.#partOf(name).add(name);
  }

  delete(name: string): void {
    this.#partOf(name).delete(name);
  }

  *[Symbol.iterator](): Generator<string> {
    for (const part of this.#parts) {
      yield* part;
    }
  }

  /** By its last letters before the ending, where the names of rows differ. */
  #partOf(name: string): Set<string> {
    const end = name.lastIndexOf('.');
    const at = (name.charCodeAt(end - 1) * 10 + name.charCodeAt(end - 2)) % PARTS;
    return this.#parts[at] ?? this.#parts[0] ?? new Set();
  }
}
