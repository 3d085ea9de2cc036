/**
 * Follows a JSON text from quote to quote and knows the name of the field whose value begins next: what a long string
 * is good for depends on it. It never parses, so that a picture of megabytes costs it nothing.
 */

/** Longer ones are neither names nor the signs between two strings. */
export const LONGEST_NAME = 256;
/** Before the value of a field, or before the first of a list of values. */
const COLON = /^\s*:[\s[]*$/;
const COMMA = /^\s*,\s*$/;

export class ValueKeys {
  /** Of the text after the last quote, where that is a value; blank: it is none, or of no field. */
  #key = '';
  /** Of the list that the last value may be one of. */
  #listKey = '';
  #before = '';

  get key(): string {
    return this.#key;
  }

  /** What stood between the last quote and this one; null: more than `LONGEST_NAME` bytes. */
  close(between: string | null): void {
    const text = between ?? '';
    const isValue = this.#key !== '';
    this.#key = '';
    if (!isValue && COLON.test(text)) {
      this.#listKey = this.#before;
      this.#key = this.#before;
    } else if (!isValue && COMMA.test(text)) {
      this.#key = this.#listKey;
    } else if (!isValue) {
      // Behind a value anything but a comma ends its list.
      this.#listKey = '';
    }
    this.#before = text;
  }
}
