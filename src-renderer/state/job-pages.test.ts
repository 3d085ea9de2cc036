import type { JobTile } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { createJobPages, KEPT_PAGES, PAGE_SIZE } from './job-pages';

function tile(position: number, part: Partial<JobTile> = {}): JobTile {
  return {
    id: position + 1,
    runId: 1,
    position,
    row: position,
    index: position,
    variant: 0,
    model: 'm',
    state: 'pending',
    ...part,
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A list of `total` pending jobs whose fetches wait until they are let go. */
function longList(total: number) {
  const asked: number[] = [];
  const held: (() => void)[] = [];
  const pages = createJobPages({
    load: async (offset, limit) => {
      asked.push(offset);
      const jobs = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, at) =>
        tile(offset + at),
      );
      await new Promise<void>((resolve) => held.push(resolve));
      return { total, jobs };
    },
    offsetOf: (one) => one.position,
  });
  const letGo = async () => {
    held.splice(0).forEach((resume) => resume());
    await settled();
  };
  return { pages, asked, letGo };
}

/** A list behind a filter, whose jobs come and go; one of them is looked at. Fetches wait while it is held. */
function filteredList(count: number) {
  const list = Array.from({ length: count }, (_, at) => tile(at));
  const asked: number[] = [];
  const held: (() => void)[] = [];
  let isHeld = false;
  let place: number | undefined;
  const pages = createJobPages({
    load: async (offset, limit) => {
      asked.push(offset);
      const found = { total: list.length, jobs: list.slice(offset, offset + limit) };
      if (isHeld) {
        await new Promise<void>((resolve) => held.push(resolve));
      }
      return found;
    },
    offsetOf: () => null,
    looked: { place: () => place, move: (offset) => (place = offset) },
  });
  return {
    pages,
    list,
    asked,
    look: (offset: number) => (place = offset),
    place: () => place,
    hold: () => (isHeld = true),
    async letGo() {
      isHeld = false;
      held.splice(0).forEach((resume) => resume());
      await settled();
    },
  };
}

describe('the job that is looked at', () => {
  it('stays when a page is filled up with one that came in before it', async () => {
    const { pages, list, look, place } = filteredList(50);
    pages.ensure(0, 49);
    await settled();
    look(7);
    const looked = pages.tileAt(7)?.id;
    list.splice(3, 0, tile(900));
    pages.resize(51);
    pages.ensure(0, 50);
    await settled();
    expect(place()).toBe(8);
    expect(pages.tileAt(8)?.id).toBe(looked);
  });

  it.each(['refreshed', 'filled up'])('is followed onto another page where the list is %s', async (how) => {
    const { pages, list, look, place } = filteredList(250);
    pages.ensure(0, 50);
    await settled();
    look(PAGE_SIZE - 1);
    const looked = pages.tileAt(PAGE_SIZE - 1)?.id;
    list.unshift(tile(900));
    if (how === 'refreshed') {
      pages.refresh();
    } else {
      // A job of it is not known yet.
      const held = pages.store.getState().pages.get(0) ?? [];
      pages.store.setState({ pages: new Map([[0, [undefined, ...held.slice(1)]]]) });
      pages.ensure(0, 50);
    }
    await settled();
    expect(place()).toBe(PAGE_SIZE);
    expect(pages.tileAt(PAGE_SIZE)?.id).toBe(looked);
    list.shift();
    pages.ensure(PAGE_SIZE, PAGE_SIZE);
    pages.refresh();
    await settled();
    expect(place()).toBe(PAGE_SIZE - 1);
    expect(pages.tileAt(PAGE_SIZE - 1)?.id).toBe(looked);
  });

  it('is held however far the view is from it', async () => {
    const far = (KEPT_PAGES + 3) * PAGE_SIZE;
    const { pages, look } = filteredList(far + 1);
    pages.refresh();
    await settled();
    look(2);
    pages.ensure(far, far);
    expect(pages.tileAt(2)).toEqual(tile(2));
  });
});

describe('a list that is fetched again', () => {
  it('shows also what came into view meanwhile, and what was chosen there', async () => {
    const { pages, look, hold, letGo } = filteredList(1000);
    pages.ensure(0, 50);
    await settled();
    pages.ensure(450, 460);
    await settled();
    pages.ensure(0, 50);
    hold();
    pages.refresh();
    look(450);
    pages.ensure(650, 660);
    await letGo();
    expect([pages.tileAt(0)?.position, pages.tileAt(450)?.position, pages.tileAt(650)?.position]).toEqual([
      0, 450, 650,
    ]);
  });

  it('shows what came into view meanwhile in the very step that shows the rest', async () => {
    const { pages, list, hold, letGo } = filteredList(1000);
    pages.ensure(0, 50);
    await settled();
    hold();
    const load = async (offset: number, limit: number) => ({
      total: list.length,
      jobs: list.slice(offset, offset + limit),
    });
    const prepared = pages.prepare(load, null);
    pages.ensure(450, 460);
    await letGo();
    hold();
    (await prepared)();
    expect(pages.tileAt(450)?.position).toBe(450);
  });

  it('is fetched twice as it is opened, not three times', async () => {
    const { pages, asked, hold, letGo } = filteredList(50);
    hold();
    pages.ensure(0, 49);
    pages.refresh();
    await letGo();
    await settled();
    expect(asked).toEqual([0, 0]);
    expect(pages.tileAt(49)?.position).toBe(49);
  });

  it('fetches what it dropped for a newer answer that failed to come', async () => {
    let calls = 0;
    const pages = createJobPages({
      load: async () => {
        calls += 1;
        if (calls === 2) {
          throw new Error('gone');
        }
        return { total: 1, jobs: [tile(0)] };
      },
      offsetOf: () => null,
    });
    pages.ensure(0, 0);
    pages.refresh();
    await settled();
    expect(pages.tileAt(0)).toEqual(tile(0));
  });
});

describe('paged jobs', () => {
  it('fetches only the pages in view, and each once', async () => {
    const { pages, asked, letGo } = longList(20_000);
    pages.resize(20_000);
    pages.ensure(10_000, 10_050);
    pages.ensure(10_010, 10_060);
    await letGo();
    pages.ensure(10_000, 10_050);
    expect(asked).toEqual([10_000]);
    expect(pages.tileAt(10_020)?.position).toBe(10_020);
    expect(pages.tileAt(0)).toBeUndefined();
  });

  it('places a tile from an event where nothing was fetched, and still fetches its neighbours', async () => {
    const { pages, asked, letGo } = longList(500);
    pages.resize(500);
    pages.patch([tile(250, { state: 'done' })]);
    expect(pages.tileAt(250)?.state).toBe('done');
    pages.ensure(240, 260);
    await letGo();
    expect(asked).toEqual([PAGE_SIZE]);
    expect(pages.tileAt(251)?.state).toBe('pending');
  });

  it('keeps what an event said while an older answer was on its way', async () => {
    const { pages, letGo } = longList(10);
    pages.ensure(0, 9);
    pages.patch([tile(3, { state: 'done' })]);
    await letGo();
    expect(pages.tileAt(3)?.state).toBe('done');
    expect(pages.tileAt(4)?.state).toBe('pending');
  });

  it('shows what it fetched again in one step, with what events told meanwhile', async () => {
    let list = [tile(1), tile(2)];
    let place: number | undefined;
    let go = (): void => undefined;
    let wait = Promise.resolve();
    const pages = createJobPages({
      load: async () => {
        await wait;
        return { total: list.length, jobs: list };
      },
      offsetOf: () => null,
      looked: { place: () => place, move: (offset) => (place = offset) },
    });
    pages.refresh();
    await settled();
    place = 1;
    const looked: (number | undefined)[] = [];
    pages.store.subscribe(() => queueMicrotask(() => looked.push(pages.tileAt(place ?? 0)?.id)));
    list = [tile(0), tile(1), tile(2, { state: 'sent' })];
    wait = new Promise((resolve) => (go = resolve));
    pages.refresh();
    pages.patch([tile(2, { state: 'done' })]);
    go();
    await settled();
    expect(place).toBe(2);
    expect(pages.tileAt(2)?.state).toBe('done');
    expect(new Set(looked)).toEqual(new Set([tile(2).id]));
  });

  it('holds only what is near the view, whatever events tell and wherever it was before', async () => {
    const total = 100_000;
    const { pages, asked, letGo } = longList(total);
    pages.resize(total);
    pages.ensure(0, 50);
    await letGo();
    let told = 0;
    pages.store.subscribe(() => (told += 1));
    for (let at = 50_000; at < total; at += PAGE_SIZE) {
      pages.patch([tile(at, { state: 'done' })]);
    }
    expect(told).toBe(0);
    expect(pages.store.getState().pages.size).toBe(1);
    for (let at = 0; at < total; at += PAGE_SIZE) {
      pages.ensure(at, at);
      await letGo();
    }
    expect(pages.store.getState().pages.size).toBeLessThanOrEqual(KEPT_PAGES + 1);
    pages.ensure(0, 50);
    expect(asked.filter((offset) => offset === 0)).toHaveLength(2);
  });

  it('changes tiles by their id where only a fetch knows the order, and ignores strangers', async () => {
    const pages = createJobPages({
      load: async () => ({ total: 2, jobs: [tile(7), tile(9)] }),
      offsetOf: () => null,
    });
    pages.refresh();
    await settled();
    pages.patch([tile(9, { state: 'failed' }), tile(20, { state: 'done' })]);
    expect(pages.tileAt(1)?.state).toBe('failed');
    expect(pages.tileAt(0)?.state).toBe('pending');
    expect(pages.store.getState().total).toBe(2);
  });

  it('keeps its pages when a fetch fails, and says so', async () => {
    let isBroken = false;
    const pages = createJobPages({
      load: async () => {
        if (isBroken) {
          throw new Error('gone');
        }
        return { total: 1, jobs: [tile(0)] };
      },
      offsetOf: (one) => one.position,
    });
    pages.refresh();
    await settled();
    isBroken = true;
    pages.refresh();
    await settled();
    expect(pages.tileAt(0)?.position).toBe(0);
    expect(pages.store.getState().error).toEqual(new Error('gone'));
  });
});
