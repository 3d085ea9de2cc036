import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit';

function harness(maxWrites = 3) {
  const commits: string[][] = [];
  let open: string[] | null = null;
  let timer: (() => void) | null = null;
  const failing = new Set<string>();
  const settled: string[] = [];
  const group = createGroupCommit({
    maxWaitMs: 10,
    maxWrites,
    transaction(work) {
      open = [];
      const answer = work();
      commits.push(open);
      return answer;
    },
    setTimer(_delayMs, callback) {
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
    isWaiting: () => timer !== null,
    tick: () => timer?.(),
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
    expect(h.commits).toEqual([['a', 'sent']]);
    expect(h.isWaiting()).toBe(false);
  });

  it('are not taken down by one that fails', async () => {
    const h = harness();
    h.failing.add('b');
    h.add('a');
    h.add('b');
    h.now('c');
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
