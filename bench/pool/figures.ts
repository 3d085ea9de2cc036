/** What a simulation found, beside the bar that it must meet. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly bar: string;
  readonly isMet: boolean;
}

export function atLeast(name: string, share: number, bar: number): Figure {
  return { name, value: percent(share), bar: `>= ${percent(bar)}`, isMet: share >= bar };
}

export function atMost(name: string, value: number, bar: number, digits = 2): Figure {
  return { name, value: value.toFixed(digits), bar: `<= ${bar}`, isMet: value <= bar };
}

export function exactly(name: string, value: number, bar: number): Figure {
  return { name, value: String(value), bar: String(bar), isMet: value === bar };
}

/** For the reader: nothing is asked of it. */
export function note(name: string, value: string): Figure {
  return { name, value, bar: '', isMet: true };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
