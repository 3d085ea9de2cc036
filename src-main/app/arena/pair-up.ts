/** Which results stand against which, and where. Pure: the same results and the same random numbers, the same pairs. */
import type { ArenaKind, ArenaSide } from '@shared/model/arena';
import type { ArenaResult, NewArenaPair } from '../../store/arena-store';

/** More than anybody decides; they are a random choice of all. */
export const MOST_PAIRS = 5000;

export interface PairedUp {
  readonly sides: readonly ArenaSide[];
  readonly pairs: readonly NewArenaPair[];
}

export interface PairingRules {
  readonly kind: ArenaKind;
  /** Shown for a run. */
  runName(runId: number): string;
  /**
   * What a result answers, where results of any runs are compared. Absent: they are of a few runs over the same file,
   * and its rows tell.
   */
  answered?(result: ArenaResult): Answered;
  /** From 0 up to, but never, 1. */
  random(): number;
}

/** Two results with one of both in common answer the same thing. */
export interface Answered {
  /** A row of one dataset. */
  readonly sourceRow: string;
  /** The instruction as it was sent, with its inputs. */
  readonly asked: string;
}

interface Telling {
  side(result: ArenaResult): string | null;
  /** Two results are compared when they share one of these. */
  questions(result: ArenaResult, known: Known): readonly string[];
}

interface Known {
  readonly answered: Answered | undefined;
  /** Its index stands on several rows of a run, and does not tell which is meant. */
  readonly isIndexRepeated: boolean;
}

/**
 * What is told apart, and what must be the same for two results to be compared: of models and endpoints, the row of one
 * run (of endpoints the model, too); of runs, the row's index, with the row where indexes repeat. Across runs it is
 * what was asked.
 */
const TELL: Readonly<Record<ArenaKind, Telling>> = {
  model: {
    side: ({ provider, model }) => `${provider}/${model}`,
    questions: ({ runId, row }, { answered }) => [`${runId} ${row}`, ...(answered ? [answered.asked] : [])],
  },
  run: {
    side: ({ runId }) => String(runId),
    questions({ index, row }, { answered, isIndexRepeated }) {
      if (answered !== undefined) return [answered.sourceRow, answered.asked];
      return [isIndexRepeated ? `${index} ${row}` : String(index)];
    },
  },
  endpoint: {
    side: ({ endpointName }) => endpointName,
    questions({ runId, row, provider, model }, { answered }) {
      const asked = answered ? [`${answered.asked} ${provider}/${model}`] : [];
      return [`${runId} ${row} ${provider}/${model}`, ...asked];
    },
  },
};

export function pairUp(results: readonly ArenaResult[], rules: PairingRules): PairedUp {
  const { side: sideOf } = TELL[rules.kind];
  const labels = labelsOf(results, rules);
  const names = [...labels.keys()];
  const places = new Map(names.map((name, side) => [name, side]));
  const counts = names.map(() => 0);
  const questionOf = questionsOf(results, rules);
  const asked = new Map<string, Answers>();
  for (const result of results) {
    const side = places.get(sideOf(result) ?? '');
    if (side !== undefined) {
      counts[side] = (counts[side] ?? 0) + 1;
      const question = questionOf(result);
      const answers: Answers = asked.get(question) ?? new Map<number, ArenaResult[]>();
      const ofSide = answers.get(side) ?? [];
      ofSide.push(result);
      asked.set(question, answers.set(side, ofSide));
    }
  }
  return {
    sides: names.map((name, side) => ({ side, label: labels.get(name) ?? name, results: counts[side] ?? 0 })),
    pairs: sampled(allPairs(asked.values()), MOST_PAIRS, rules.random).map(([one, other]) =>
      rules.random() < 0.5 ? { left: one, right: other } : { left: other, right: one },
    ),
  };
}

/** By side. Only the sides that answered: of a thousand runs few answered the same. */
type Answers = Map<number, ArenaResult[]>;
type Seats = readonly [NewArenaPair['left'], NewArenaPair['right']];

/** Results that share a question with a third answer the same one: a name for it. */
function questionsOf(
  results: readonly ArenaResult[],
  { kind, answered }: PairingRules,
): (result: ArenaResult) => string {
  const repeated = repeatedIndexes(results);
  const asked = (result: ArenaResult) =>
    TELL[kind].questions(result, {
      answered: answered?.(result),
      isIndexRepeated: repeated.has(result.index),
    });
  const merged = new Map<string, string>();
  const nameOf = (question: string): string => {
    let name = question;
    for (let next = merged.get(name); next !== undefined; next = merged.get(name)) {
      name = next;
    }
    if (name !== question) {
      merged.set(question, name);
    }
    return name;
  };
  for (const result of results) {
    const [first, ...others] = [...new Set(asked(result).map(nameOf))];
    for (const other of first === undefined ? [] : others) {
      merged.set(other, first ?? other);
    }
  }
  return (result) => nameOf(asked(result)[0] ?? '');
}

/** Of several rows of one run. */
function repeatedIndexes(results: readonly ArenaResult[]): ReadonlySet<number> {
  const rows = new Map<string, number>();
  const repeated = new Set<number>();
  for (const { runId, row, index } of results) {
    const key = `${runId} ${index}`;
    if ((rows.get(key) ?? row) !== row) {
      repeated.add(index);
    }
    rows.set(key, row);
  }
  return repeated;
}

/** Every side against every other; the first variant against the first, the second against the second. */
function* allPairs(asked: Iterable<Answers>): Generator<Seats> {
  for (const answers of asked) {
    const bySide = [...answers].sort(([one], [other]) => one - other);
    for (const [at, [side, ones]] of bySide.entries()) {
      for (const [otherSide, others] of bySide.slice(at + 1)) {
        for (const [variant, { resultId }] of ones.slice(0, others.length).entries()) {
          yield [
            { resultId, side },
            { resultId: others[variant]?.resultId ?? 0, side: otherSide },
          ];
        }
      }
    }
  }
}

/** By name, in the order they first occur. Models of one name at two providers are told apart. */
function labelsOf(results: readonly ArenaResult[], { kind, runName }: PairingRules): Map<string, string> {
  const { side: sideOf } = TELL[kind];
  const providers = new Map<string, Set<string>>();
  for (const { model, provider } of results) {
    providers.set(model, (providers.get(model) ?? new Set()).add(provider));
  }
  const labels = new Map<string, string>();
  for (const result of results) {
    const name = sideOf(result);
    if (name !== null && !labels.has(name)) {
      const { model, provider, runId } = result;
      const shared = (providers.get(model)?.size ?? 1) > 1;
      const words = { model: shared ? `${model} (${provider})` : model, run: runName(runId), endpoint: name };
      labels.set(name, unused(words[kind], [...labels.values()]));
    }
  }
  return labels;
}

function unused(label: string, taken: readonly string[]): string {
  for (let number = 2, name = label; ; number += 1) {
    if (!taken.includes(name)) {
      return name;
    }
    name = `${label} (${number})`;
  }
}

/** A random choice of so many, each as likely, in random order: never more than those are held (Vitter's algorithm R). */
function sampled<T>(items: Iterable<T>, most: number, random: () => number): T[] {
  const kept: T[] = [];
  let seen = 0;
  for (const item of items) {
    seen += 1;
    if (kept.length < most) {
      kept.push(item);
    } else {
      const place = Math.floor(random() * seen);
      if (place < most) {
        kept[place] = item;
      }
    }
  }
  return shuffled(kept, random);
}

/** Fisher and Yates, as Durstenfeld does it (Communications of the ACM 7, 1964): every order is as likely. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const one = all[at];
    const two = all[other];
    if (one !== undefined && two !== undefined) {
      all[at] = two;
      all[other] = one;
    }
  }
  return all;
}
