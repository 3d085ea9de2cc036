/** The items of a JSON array as they come: each is found by its brackets and quotes, and parsed alone. */
import { parseJsonRow } from './json-fields';

/** Not JSON, or no array. */
export class JsonArrayError extends Error {
  constructor(readonly kind: 'not_json' | 'not_array' | 'too_long') {
    super(kind);
  }
}

const SPACE = /^[ \t\n\r]*$/;
/** Outside of strings only these matter; inside only the quote and the backslash. */
const STRUCTURE = /["[\]{},]/g;
const STRING_END = /["\\]/g;

/** Throws JsonArrayError; items that came before the fault have been given. */
export async function* jsonItems(chunks: AsyncIterable<string>, maxChars: number): AsyncGenerator<unknown> {
  for await (const text of jsonItemTexts(chunks, maxChars)) {
    yield parse(text);
  }
}

/** The same, each item as its author wrote it; whether it is JSON in itself is not looked at. */
export async function* jsonItemTexts(
  chunks: AsyncIterable<string>,
  maxChars: number,
): AsyncGenerator<string> {
  const items = new ItemTexts();
  for await (const chunk of chunks) {
    yield* items.read(chunk);
    if (items.pendingChars > maxChars) {
      throw new JsonArrayError('too_long');
    }
  }
  if (!items.isOver) {
    throw new JsonArrayError(items.isBegun ? 'not_json' : 'not_array');
  }
}

function parse(text: string): unknown {
  try {
    return parseJsonRow(text);
  } catch {
    throw new JsonArrayError('not_json');
  }
}

class ItemTexts {
  isBegun = false;
  isOver = false;
  #pending = '';
  #count = 0;
  /** Of brackets within the item. */
  #depth = 0;
  #isString = false;
  #isEscaped = false;

  get pendingChars(): number {
    return this.#pending.length;
  }

  *read(chunk: string): Generator<string> {
    let at = this.isBegun ? 0 : this.#begin(chunk);
    let start = at;
    while (at < chunk.length && this.isBegun && !this.isOver) {
      if (this.#isString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      STRUCTURE.lastIndex = at;
      const found = STRUCTURE.exec(chunk);
      if (found === null) break;
      at = found.index + 1;
      if (this.#endsItem(found[0])) {
        const text = this.#pending + chunk.slice(start, found.index);
        this.#pending = '';
        start = at;
        // An empty array has no item, not a blank one.
        if (!(this.isOver && this.#count === 0 && SPACE.test(text))) {
          this.#count++;
          yield text;
        }
      }
    }
    this.#keep(chunk.slice(start));
  }

  #keep(rest: string): void {
    if (this.isOver || !this.isBegun) {
      if (!SPACE.test(rest)) throw new JsonArrayError(this.isOver ? 'not_json' : 'not_array');
      return;
    }
    this.#pending += rest;
  }

  /** Where the first item begins. */
  #begin(chunk: string): number {
    const first = chunk.search(/[^ \t\n\r]/);
    if (first === -1) return 0;
    if (chunk[first] !== '[') throw new JsonArrayError('not_array');
    this.isBegun = true;
    return first + 1;
  }

  #skipString(chunk: string, from: number): number {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      return from + 1;
    }
    STRING_END.lastIndex = from;
    const found = STRING_END.exec(chunk);
    if (found === null) return chunk.length;
    if (found[0] === '"') this.#isString = false;
    else this.#isEscaped = true;
    return found.index + 1;
  }

  #endsItem(character: string): boolean {
    switch (character) {
      case '"':
        this.#isString = true;
        return false;
      case '[':
      case '{':
        this.#depth++;
        return false;
      case ',':
        return this.#depth === 0;
      default:
        this.#depth--;
        this.isOver = this.#depth < 0;
        if (this.isOver && character === '}') throw new JsonArrayError('not_json');
        return this.isOver;
    }
  }
}
