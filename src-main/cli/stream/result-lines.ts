/** Results as lines of stdout: as they come, or in the order of what was asked. */
import type { ItemResult } from '../../api/types';
import type { Sink } from '../streams';

export interface ResultLines {
  /** `index`: of the line it answers, from 0. */
  add(index: number, result: ItemResult): void;
  /** Writes the sum of all; answers how many failed. */
  end(): { readonly failed: number };
}

export function createResultLines(out: Sink, isOrdered: boolean): ResultLines {
  const early = new Map<number, ItemResult>();
  let next = 0;
  let total = 0;
  let failed = 0;

  function write(index: number, { metadata, response, error, failure, ...beside }: ItemResult): void {
    const line = { type: 'result', index, metadata, response, error, failure, ...beside };
    out.write(`${JSON.stringify(line)}\n`);
  }

  return {
    add(index, result) {
      total += 1;
      failed += result.error === null ? 0 : 1;
      if (!isOrdered) {
        write(index, result);
        return;
      }
      early.set(index, result);
      for (let ready = early.get(next); ready !== undefined; ready = early.get(next)) {
        write(next, ready);
        early.delete(next);
        next += 1;
      }
    },
    end() {
      out.write(`${JSON.stringify({ type: 'summary', total, done: total - failed, failed })}\n`);
      return { failed };
    },
  };
}
