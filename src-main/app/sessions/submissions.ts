/**
 * What is submitted and not in the library yet: all of one turn is written together, and what comes while it is being
 * written goes with the next commit.
 */
import { type Ask, askSchema } from '@shared/model/text';
import type { SessionAnswer, SubmitOptions } from './session';

export interface Submitted {
  readonly ask: Ask;
  readonly options: SubmitOptions;
  settle(answer: SessionAnswer): void;
  fail(error: unknown): void;
}

export interface Submissions {
  readonly count: number;
  add(submitted: Submitted): void;
  /** When all is written that was added before. */
  written(): Promise<void>;
}

/** One commit is not to hold up the others for long. */
const MOST_AT_ONCE = 1000;

/**
 * `write`: all of them or none; what it throws, those hear who wait for them. `barred`: why one is not taken, one
 * sentence; null: it is.
 */
export function createSubmissions(
  write: (group: readonly Submitted[]) => Promise<void>,
  barred: (ask: Ask) => string | null,
): Submissions {
  const unwritten: Submitted[] = [];
  let writing: Promise<void> | null = null;

  /** Never rejects. */
  async function writeAll(): Promise<void> {
    // All of one turn together.
    await Promise.resolve();
    while (unwritten.length > 0) {
      const group = unwritten.splice(0, MOST_AT_ONCE).filter((one) => isWanted(one, barred));
      try {
        await (group.length === 0 ? undefined : write(group));
      } catch (error) {
        group.forEach(({ fail }) => fail(error));
      }
    }
    // In the same breath as the last look: what comes after it begins anew.
    writing = null;
  }

  return {
    get count() {
      return unwritten.length;
    },
    add(submitted) {
      unwritten.push(submitted);
      writing ??= writeAll();
    },
    written: () => writing ?? Promise.resolve(),
  };
}

/** Of what was cancelled before it was written, or cannot be sent at all, there is nothing to remember. */
function isWanted(
  { ask, options: { signal }, settle }: Submitted,
  barred: (ask: Ask) => string | null,
): boolean {
  if (signal?.aborted === true) {
    settle({ kind: 'cancelled', jobId: 0 });
    return false;
  }
  const message = misshapen(ask) ?? barred(ask);
  if (message !== null) {
    settle({ kind: 'failed', jobId: 0, failure: { kind: 'bad_input', message, bodySent: false } });
    return false;
  }
  return true;
}

function misshapen(ask: Ask): string | null {
  const problem = askSchema.safeParse(ask).error?.issues[0];
  return problem === undefined
    ? null
    : `The request cannot be sent: ${problem.path.join('.')}: ${problem.message}.`;
}
