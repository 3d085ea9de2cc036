import { expect, it } from 'vitest';
import { type LockRequest, studioLab } from './lab';

const DRIFT = { changedShare: 0.5, scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 };
const REQUEST: LockRequest = {
  source: 's',
  answer: 'a',
  mask: null,
  featherPx: 0,
  composite: null,
  heatMap: 'h',
};

function labThat(locked: { isRegistered?: boolean; isComposed?: boolean; notes?: string[] }) {
  const marked: string[] = [];
  const { isRegistered = true, isComposed = true, notes = [] } = locked;
  const lab = studioLab({
    lock: () => Promise.resolve({ kind: 'ok', drift: DRIFT, isRegistered, isComposed, notes }),
    async markUp({ target }) {
      marked.push(target);
      await Promise.resolve();
      return { kind: 'ok', width: 1, height: 1 };
    },
    prepare: () => Promise.resolve({ kind: 'failed', sentence: 'No.', isPicture: true }),
    same: () => Promise.resolve({ kind: 'failed', sentence: 'No.', isPicture: true }),
  });
  return { lab, marked };
}

it('says what of a lock did not come about', async () => {
  const locked = { ...REQUEST, composite: 'c' };
  expect(await labThat({}).lab.lock(locked)).toEqual({ kind: 'ok', drift: DRIFT });
  expect(await labThat({ isComposed: false }).lab.lock(locked)).toMatchObject({
    remark: 'The rest was not locked: the answer could not be put back into its source.',
  });
  expect(await labThat({ isComposed: false }).lab.lock(REQUEST)).not.toHaveProperty('remark');
  expect(await labThat({ isRegistered: false }).lab.lock(REQUEST)).toMatchObject({
    remark: expect.stringContaining('stretched'),
  });
  expect(await labThat({ notes: ['One.', 'Two.'] }).lab.lock(REQUEST)).toMatchObject({ remark: 'One. Two.' });
});

it('makes a copy that several requests want at once once', async () => {
  const { lab, marked } = labThat({});
  const order = { source: 's', mask: 'm', target: 't' };
  const made = await Promise.all([
    lab.markUp(order),
    lab.markUp(order),
    lab.markUp({ ...order, target: 'u' }),
  ]);
  expect(made.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok']);
  expect(marked).toEqual(['t', 'u']);
  await lab.markUp(order);
  expect(marked).toEqual(['t', 'u', 't']);
});
