/** A key that cannot be printed: it shows as `[secret]` in templates, JSON, inspection and clones. */
import { inspect } from 'node:util';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; called only where a header is written or a seal is made. */
  reveal(): string {
    return this.#value;
  }

  /** The last four characters, or fewer for short secrets, to tell keys apart on screen. */
  get tail(): string {
    return this.#value.length >= 12 ? this.#value.slice(-4) : '';
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
