import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap } from './due-heap';

describe('DueHeap', () => {
  it('gives the earliest first, and equals in the order they came, whatever is pushed between', () => {
    const event = fc.option(fc.nat(20), { freq: 3 });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const heap = new DueHeap<number>();
        const plain: { dueAt: number; item: number }[] = [];
        for (const [item, dueAt] of events.entries()) {
          if (dueAt !== null) {
            heap.push(dueAt, item);
            plain.push({ dueAt, item });
            plain.sort((one, other) => one.dueAt - other.dueAt || one.item - other.item);
          } else {
            expect(heap.peek()).toBe(plain[0]?.item);
            expect(heap.pop()).toBe(plain.shift()?.item);
          }
          expect(heap.size).toBe(plain.length);
          expect(heap.nextDueAt).toBe(plain[0]?.dueAt ?? Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});
