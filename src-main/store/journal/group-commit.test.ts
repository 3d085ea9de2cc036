import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit';

function harness(maxWrites = 3) {
  const commits: string[][] = [];
  let open: string[] | null = null;
  let timer: (() => void) | null = null;
  const failing = new Set<string>();
  const settled: string[] = [];
  const delays: number[] = [];
  let now = 0;
  let later: (() => void)[] = [];
  const group = createGroupCommit({
    maxWaitMs: 10,
    maxWrites,
    transaction(work) {
      open = [];
      const answer = work();
      commits.push(open);
      return answer;
    },
    now: () => now,
    soon: (callback) => void later.push(callback),
    setTimer(delayMs, callback) {
      delays.push(delayMs);
      timer = callback;
      return () => {
        timer = null;
      };
    },
  });
  const write = (name: string) => () => {
    if (failing.has(name)) {
      throw new Error(`${name} cannot be written`);
    }
    open?.push(name);
  };
  const watch = (name: string, written: Promise<void>): void => {
    written.then(
      () => settled.push(name),
      () => settled.push(`${name} failed`),
    );
  };
  return {
    commits,
    settled,
    failing,
    group,
    add: (name: string) => watch(name, group.add(write(name))),
    now: (name: string) => watch(name, group.now(write(name))),
    delays,
    setNow: (at: number) => {
      now = at;
    },
    isWaiting: () => timer !== null,
    tick: () => timer?.(),
    /** All that has arrived was taken. */
    turn() {
      const due = later;
      later = [];
      due.forEach((callback) => callback());
    },
    rest: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe('writes that may wait', () => {
  it('are committed together, in order, when the wait is over, and only then acknowledged', async () => {
    const h = harness();
    h.add('a');
    h.add('b');
    await h.rest();
    expect([h.commits, h.settled]).toEqual([[], []]);
    h.tick();
    await h.rest();
    expect(h.commits).toEqual([['a', 'b']]);
    expect(h.settled).toEqual(['a', 'b']);
    expect(h.isWaiting()).toBe(false);
  });

  it('wait only as long as the last have just been committed', () => {
    const h = harness();
    h.add('a');
    h.tick();
    h.setNow(4);
    h.add('b');
    h.setNow(10);
    h.tick();
    h.setNow(500);
    h.add('c');
    expect(h.delays).toEqual([0, 6, 0]);
  });

  it('wait for the next one that cannot, right after such a one', () => {
    const h = harness();
    h.now('a');
    h.turn();
    h.setNow(3);
    h.add('b');
    expect(h.delays).toEqual([7]);
    h.now('c');
    h.turn();
    expect(h.commits).toEqual([['a'], ['b', 'c']]);
    expect(h.isWaiting()).toBe(false);
  });

  it('do not wait once there are enough of them', async () => {
    const h = harness(2);
    for (const name of ['a', 'b', 'c']) {
      h.add(name);
    }
    expect(h.commits).toEqual([['a', 'b']]);
    expect(h.isWaiting()).toBe(true);
  });

  it('go along, first, with a write that cannot wait', async () => {
    const h = harness();
    h.add('a');
    h.now('sent');
    h.turn();
    expect(h.commits).toEqual([['a', 'sent']]);
    expect(h.isWaiting()).toBe(false);
  });

  it('share one commit when several that cannot wait have arrived together', async () => {
    const h = harness(10);
    h.now('first');
    h.now('second');
    h.add('third');
    await h.rest();
    expect([h.commits, h.settled]).toEqual([[], []]);
    h.turn();
    await h.rest();
    expect(h.commits).toEqual([['first', 'second', 'third']]);
    expect(h.settled).toEqual(['first', 'second', 'third']);
    h.now('fourth');
    h.turn();
    expect(h.commits).toHaveLength(2);
  });

  it('are committed once where a flush came before their turn', () => {
    const h = harness();
    h.now('a');
    h.group.flush();
    h.now('b');
    h.turn();
    expect(h.commits).toEqual([['a'], ['b']]);
  });

  it('are not taken down by one that fails', async () => {
    const h = harness();
    h.failing.add('b');
    h.add('a');
    h.add('b');
    h.now('c');
    h.turn();
    await h.rest();
    expect(h.commits).toEqual([['a'], ['c']]);
    expect(h.settled.toSorted()).toEqual(['a', 'b failed', 'c']);
  });

  it('are there for whoever reads after a flush', () => {
    const h = harness();
    h.add('a');
    h.group.flush();
    h.group.flush();
    expect(h.commits).toEqual([['a']]);
  });
});
