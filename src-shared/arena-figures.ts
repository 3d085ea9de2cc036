/** Win rates with their uncertainty, and one scale for more than two contenders. Pure. */
import type { ArenaOutcome, Contender, DecidedPair, Standing } from './model/arena';

/** 97.5 % of the standard normal distribution lie below. */
const Z95 = 1.959963984540054;

/**
 * Wilson's score interval for a share of `n` trials (E. B. Wilson, JASA 22, 1927): unlike the textbook's plus-minus it
 * keeps within 0 and 1 and is honest for few trials. Ties are half a success, so `successes` may be a half.
 */
export function wilsonInterval(
  successes: number,
  n: number,
): { readonly low: number; readonly high: number } {
  if (n === 0) {
    return { low: 0, high: 1 };
  }
  const share = successes / n;
  const z2 = Z95 * Z95;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** How often a contender won against another, ties as half a win each; by their places. */
export type Wins = readonly (readonly number[])[];

const MOST_ROUNDS = 500;
const CLOSE_ENOUGH = 1e-9;
/** A draw against an average contender of 1000, so that who never lost stays on the scale. */
const PRIOR_DRAWS = 1;

/**
 * Strengths by Bradley and Terry's model, fitted by Hunter's minorisation-maximisation (Annals of Statistics 32, 2004),
 * on Elo's scale: 400 points more are odds of ten to one; the mean is 1000.
 */
export function bradleyTerry(wins: Wins): number[] {
  const count = wins.length;
  const total = wins.map((row) => row.reduce((sum, won) => sum + won, 0) + PRIOR_DRAWS / 2);
  const games = (i: number, j: number): number => (wins[i]?.[j] ?? 0) + (wins[j]?.[i] ?? 0);
  let strengths = Array.from({ length: count }, () => 1);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = strengths.map((strength, i) => {
      const against = strengths.reduce(
        (sum, other, j) => (i === j ? sum : sum + games(i, j) / (strength + other)),
        PRIOR_DRAWS / (strength + 1),
      );
      return (total[i] ?? 0) / against;
    });
    const scale = Math.exp(next.reduce((sum, one) => sum + Math.log(one), 0) / Math.max(1, count));
    const scaled = next.map((one) => one / scale);
    const change = Math.max(0, ...scaled.map((one, i) => Math.abs(one - (strengths[i] ?? 0))));
    strengths = scaled;
    if (change < CLOSE_ENOUGH) {
      break;
    }
  }
  return strengths.map((strength) => 1000 + 400 * Math.log10(strength));
}

/** How each contender of one way of telling them apart did; a pair whose two are the same says nothing. */
export function standingsBy(
  pairs: readonly DecidedPair[],
  nameOf: (contender: Contender) => string | null,
): Standing[] {
  const names: string[] = [];
  const wins: number[][] = [];
  const tallies: { wins: number; losses: number; ties: number }[] = [];
  const placeOf = (name: string): number => {
    const known = names.indexOf(name);
    if (known >= 0) {
      return known;
    }
    names.push(name);
    tallies.push({ wins: 0, losses: 0, ties: 0 });
    wins.forEach((row) => row.push(0));
    wins.push(names.map(() => 0));
    return names.length - 1;
  };
  for (const { left, right, choice } of pairs) {
    const [one, other] = [nameOf(left), nameOf(right)];
    if (choice === 'skip' || one === null || other === null || one === other) {
      continue;
    }
    count({ wins, tallies }, [placeOf(one), placeOf(other)], choice);
  }
  const elo = names.length > 2 ? bradleyTerry(wins) : [];
  return names
    .map((name, at) => standingOf(name, tallies[at] ?? { wins: 0, losses: 0, ties: 0 }, elo[at]))
    .sort(
      (one, other) => (other.elo ?? other.rate) - (one.elo ?? one.rate) || one.name.localeCompare(other.name),
    );
}

interface Counters {
  readonly wins: number[][];
  readonly tallies: { wins: number; losses: number; ties: number }[];
}

function count(
  { wins, tallies }: Counters,
  [left, right]: readonly [number, number],
  choice: 'left' | 'right' | 'tie',
): void {
  const add = (winner: number, loser: number, won: number): void => {
    const row = wins[winner];
    if (row !== undefined) {
      row[loser] = (row[loser] ?? 0) + won;
    }
  };
  const tell = (at: number, what: 'wins' | 'losses' | 'ties'): void => {
    const tally = tallies[at];
    if (tally !== undefined) {
      tally[what] += 1;
    }
  };
  if (choice === 'tie') {
    add(left, right, 0.5);
    add(right, left, 0.5);
    tell(left, 'ties');
    tell(right, 'ties');
    return;
  }
  const [winner, loser] = choice === 'left' ? [left, right] : [right, left];
  add(winner, loser, 1);
  tell(winner, 'wins');
  tell(loser, 'losses');
}

function standingOf(
  name: string,
  { wins, losses, ties }: { wins: number; losses: number; ties: number },
  elo: number | undefined,
): Standing {
  const n = wins + losses + ties;
  const successes = wins + ties / 2;
  return {
    name,
    wins,
    losses,
    ties,
    rate: n === 0 ? 0.5 : successes / n,
    ...wilsonInterval(successes, n),
    ...(elo === undefined ? {} : { elo: Math.round(elo) }),
  };
}

export function outcomeOf(pairs: readonly DecidedPair[]): ArenaOutcome {
  const told = pairs.filter(({ choice }) => choice !== 'skip');
  const oneSided = told.filter(({ choice }) => choice !== 'tie');
  const lefts = oneSided.filter(({ choice }) => choice === 'left').length;
  const sides = standingsBy(told, ({ side }) => side);
  /** Where the sides are just these, it would say the same twice. */
  const unlessSides = (standings: Standing[]): Standing[] => {
    const same =
      standings.length < 2 ||
      (standings.length === sides.length &&
        standings.every(({ name, wins, losses }) =>
          sides.some((side) => side.name === name && side.wins === wins && side.losses === losses),
        ));
    return same ? [] : standings;
  };
  return {
    decided: told.length,
    skipped: pairs.length - told.length,
    ties: told.length - oneSided.length,
    leftShare: oneSided.length === 0 ? 0.5 : lefts / oneSided.length,
    sides,
    models: unlessSides(standingsBy(told, ({ model }) => model)),
    endpoints: unlessSides(standingsBy(told, ({ endpoint }) => endpoint)),
  };
}
