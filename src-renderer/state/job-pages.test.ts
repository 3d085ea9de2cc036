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
