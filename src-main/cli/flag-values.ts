/** Reads the values of flags. What cannot be read throws UsageError with its one sentence. */
import type { RawValues } from './program';

export class UsageError extends Error {}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export class FlagValues {
  constructor(readonly values: RawValues) {}

  /** Whether the flag stands on the command line, with or without a value. */
  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  /** A value that is blank counts as a mistake: the shell lost a variable. */
  text(name: string): string | undefined {
    const value = this.values[name];
    if (typeof value !== 'string') {
      return undefined;
    }
    if (value.trim() === '') {
      throw new UsageError(`--${name} needs a value, and got a blank one.`);
    }
    return value;
  }

  /** Of a flag that may be given several times; none of the values may be blank. */
  texts(name: string): readonly string[] {
    const values = this.values[name];
    const all = Array.isArray(values) ? (values as readonly string[]) : [];
    if (all.some((value) => value.trim() === '')) {
      throw new UsageError(`--${name} needs a value, and got a blank one.`);
    }
    return all;
  }

  /** The same, to the letter: a blank or a line break may be meant. */
  verbatim(name: string): readonly string[] {
    const values = this.values[name];
    const all = Array.isArray(values) ? (values as readonly string[]) : [];
    if (all.includes('')) {
      throw new UsageError(`--${name} needs a value, and got an empty one.`);
    }
    return all;
  }

  /** A whole number that may be below 0. */
  signed(name: string, { min, max }: Range): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
    }
    return value;
  }

  integer(name: string, { min, max }: Range): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
    }
    return value;
  }

  /** A number with or without a fraction. */
  decimal(name: string, { min, max }: Range): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^-?\d{1,9}(\.\d{0,6})?$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
    }
    return value;
  }

  /** Seconds as milliseconds. */
  seconds(name: string, { min, max }: Range): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const ms = /^\d{1,9}(\.\d*)?$/.test(text.trim()) ? Math.round(Number(text) * 1000) : Number.NaN;
    if (!(ms >= min * 1000 && ms <= max * 1000)) {
      throw new UsageError(`--${name} must be a number of seconds from ${min} to ${max}, not "${text}".`);
    }
    return ms;
  }
}
