/**
 * Results of one run by what they show, so that a look-alike among a hundred thousand is found without looking at all of them:
 * hashes are cut into four parts, and of two that differ in at most 7 of 64 bits one part differs in at most one bit
 * (multi-index hashing, Norouzi, Punjani and Fleet 2012).
 */
import { hashDistance } from '../../images/lab/perceptual-hash';

export interface Indexed {
  readonly resultId: number;
  readonly jobId: number;
  readonly row: number;
  readonly fileName: string;
  readonly sha256: string;
  /** 16 hexadecimal digits; null: too even for one. */
  readonly hash: string | null;
}

export interface LookAlike extends Indexed {
  /** Hamming distance of the hashes, 0 to 64. */
  readonly distance: number;
}

/** Re-encoded and resized copies stay below; more than 7 would be missed. */
export const LOOK_ALIKE = 6;
const PARTS = 4;

export interface DuplicateIndex {
  /** Replaces what was known of its job, and answers that. */
  add(result: Indexed): Indexed | undefined;
  /** Results of other rows with the same bytes, the earliest first. */
  exact(of: Indexed): Indexed | undefined;
  /** Results of other rows that look alike, the most alike first, at most `limit`. */
  near(of: Indexed, limit: number): readonly LookAlike[];
}

export function createDuplicateIndex(): DuplicateIndex {
  const ofJob = new Map<number, Indexed>();
  const byBytes = new Map<string, Indexed[]>();
  const byPart = Array.from({ length: PARTS }, () => new Map<number, Indexed[]>());

  function isPresent(one: Indexed): boolean {
    return ofJob.get(one.jobId) === one;
  }

  return {
    add(result) {
      const before = ofJob.get(result.jobId);
      ofJob.set(result.jobId, result);
      push(byBytes, result.sha256, result);
      const { hash } = result;
      if (hash !== null) {
        for (const [at, buckets] of byPart.entries()) push(buckets, partOf(hash, at), result);
      }
      return before;
    },
    exact: (of) => byBytes.get(of.sha256)?.find((one) => one.row !== of.row && isPresent(one)),
    near(of, limit) {
      const { hash } = of;
      if (hash === null) return [];
      const found = new Map<number, LookAlike>();
      for (const [at, buckets] of byPart.entries()) {
        for (const part of aroundPart(partOf(hash, at))) {
          for (const one of buckets.get(part) ?? []) {
            if (one.row === of.row || found.has(one.jobId) || !isPresent(one)) continue;
            const distance = hashDistance(hash, one.hash ?? '');
            if (distance <= LOOK_ALIKE) found.set(one.jobId, { ...one, distance });
          }
        }
      }
      return [...found.values()].sort((one, other) => one.distance - other.distance).slice(0, limit);
    },
  };
}

function push<Key>(buckets: Map<Key, Indexed[]>, key: Key, result: Indexed): void {
  const bucket = buckets.get(key);
  if (bucket === undefined) {
    buckets.set(key, [result]);
  } else {
    bucket.push(result);
  }
}

function partOf(hash: string, at: number): number {
  return Number.parseInt(hash.slice(at * 4, at * 4 + 4), 16);
}

/** The part itself, and each with one of its 16 bits turned. */
function aroundPart(part: number): readonly number[] {
  const bits = Array.from({ length: 16 }, (_, at) => 2 ** at);
  return [part, ...bits.map((bit) => (Math.floor(part / bit) % 2 === 1 ? part - bit : part + bit))];
}
