import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createJobSlots } from './job-slots';

it('knows what a map knows, far apart and close together', () => {
  const jobId = fc.oneof(
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 4090, max: 4100 }),
    fc.maxSafeNat(),
  );
  const change = fc.record({ jobId, slot: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 2 })) });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const slots = createJobSlots();
      const known = new Map<number, number>();
      for (const { jobId: id, slot } of changes) {
        if (slot === null) {
          slots.delete(id);
          known.delete(id);
        } else {
          slots.set(id, slot);
          known.set(id, slot);
        }
      }
      for (const { jobId: id } of changes) {
        expect(slots.get(id)).toBe(known.get(id));
      }
      slots.clear();
      expect(changes.map(({ jobId: id }) => slots.get(id))).toEqual(changes.map(() => undefined));
    }),
  );
});
