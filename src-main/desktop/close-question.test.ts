import { describe, expect, it } from 'vitest';
import { setImmediate } from 'node:timers/promises';
import { deferred } from '../deferred';
import { type CloseChoice, createCloseQuestion } from './close-question';

function openScene({ runs = 1 } = {}) {
  const leaving = { isUnderWay: false };
  const told: string[] = [];
  const answers: ((choice: CloseChoice) => void)[] = [];
  const ends: { readonly signal: AbortSignal; readonly end: () => void; readonly fail: () => void }[] = [];
  const close = createCloseQuestion({
    leaving,
    underWay: async () => ({ runs, inFlight: 1, waiting: 1 }),
    choose: () => new Promise((resolve) => answers.push(resolve)),
    finish(signal) {
      const { promise, resolve } = deferred<Error | null>();
      ends.push({ signal, end: () => resolve(null), fail: () => resolve(new Error('The disk is gone.')) });
      return promise.then((error) => {
        if (error !== null) {
          throw error;
        }
      });
    },
    stopNow: async () => void told.push('stopped now'),
    leave: () => told.push('left'),
    onError: (error) => told.push(String(error)),
  });
  /** Closes the window and answers what it asks. */
  async function closed(choice: CloseChoice): Promise<void> {
    expect(close()).toBe(false);
    await setImmediate();
    answers.pop()?.(choice);
    await setImmediate();
  }
  return { leaving, told, answers, ends, close, closed };
}

describe('closing the window', () => {
  it('to finish leaves once all requests have ended', async () => {
    const { closed, ends, told, leaving, close } = openScene();
    await closed('finish');
    expect(leaving.isUnderWay).toBe(true);
    expect(told).toEqual([]);
    ends[0]?.end();
    await setImmediate();
    expect(told).toEqual(['left']);
    expect(close()).toBe(true);
  });

  it('to stay changes nothing', async () => {
    const { closed, ends, told, leaving } = openScene();
    await closed('stay');
    expect(ends).toEqual([]);
    expect(told).toEqual([]);
    expect(leaving.isUnderWay).toBe(false);
  });

  it('asks nothing where nothing is under way', async () => {
    const { close, answers, ends } = openScene({ runs: 0 });
    close();
    await setImmediate();
    expect(answers).toEqual([]);
    expect(ends).toHaveLength(1);
  });

  it('again, to stay after all, takes back what was begun', async () => {
    const { closed, ends, told, leaving } = openScene();
    await closed('finish');
    await closed('stay');
    expect(ends[0]?.signal.aborted).toBe(true);
    expect(leaving.isUnderWay).toBe(false);
    ends[0]?.end();
    await setImmediate();
    expect(told).toEqual([]);
    // And may be asked for anew.
    await closed('finish');
    expect(ends[1]?.signal.aborted).toBe(false);
    ends[1]?.end();
    await setImmediate();
    expect(told).toEqual(['left']);
  });

  it('taken back, leaves the window open whatever fails', async () => {
    const { closed, ends, told } = openScene();
    await closed('finish');
    await closed('stay');
    ends[0]?.fail();
    await setImmediate();
    expect(told).toEqual(['Error: The disk is gone.']);
  });

  it('again, to stop now, does so', async () => {
    const { closed, told, leaving } = openScene();
    await closed('finish');
    await closed('stop');
    expect(told).toEqual(['stopped now']);
    expect(leaving.isUnderWay).toBe(true);
  });

  it('is not asked twice at once', async () => {
    const { close, answers } = openScene();
    close();
    await setImmediate();
    expect(close()).toBe(false);
    await setImmediate();
    expect(answers).toHaveLength(1);
  });
});
