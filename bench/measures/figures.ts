/** How often a kind was found where it is, and where it is not. */
import { SUSPICION_KINDS, type SuspicionKind } from '../../src-shared/model/measures';

/** What is told of a result: what is suspicious about it, and that it was turned. */
export type Finding = SuspicionKind | 'turned';

export interface Verdict {
  readonly name: string;
  readonly expected: readonly Finding[];
  readonly found: readonly Finding[];
}

export interface KindFigures {
  readonly kind: Finding;
  readonly cases: number;
  readonly precision: number;
  readonly recall: number;
  readonly wrong: readonly string[];
}

/** Of each kind that is expected anywhere. A kind that is never found has a precision of 1: it said nothing false. */
export function figuresOf(verdicts: readonly Verdict[]): readonly KindFigures[] {
  return [...SUSPICION_KINDS, 'turned' as const].flatMap((kind) => {
    const is = verdicts.filter(({ expected }) => expected.includes(kind));
    const found = verdicts.filter((verdict) => verdict.found.includes(kind));
    const right = is.filter((verdict) => verdict.found.includes(kind));
    if (is.length === 0 && found.length === 0) return [];
    return [
      {
        kind,
        cases: is.length,
        precision: found.length === 0 ? 1 : right.length / found.length,
        recall: is.length === 0 ? 1 : right.length / is.length,
        wrong: [
          ...is.filter((verdict) => !verdict.found.includes(kind)).map(({ name }) => `missed: ${name}`),
          ...found.filter((verdict) => !verdict.expected.includes(kind)).map(({ name }) => `false: ${name}`),
        ],
      },
    ];
  });
}

/** The value below which that part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
