import { EVERYTHING } from '@shared/model/gallery';
import type { GalleryQuery } from '@shared/model/gallery';
import { describe, expect, it, vi } from 'vitest';
import { createFakeBackend } from '../testing/fake-backend';
import { memoryStorage } from '../testing/render-app';
import { createAppModel } from './app-model';
import { countSelected, toGallerySelection } from './gallery-selection';

const UNJUDGED: GalleryQuery = {
  ...EVERYTHING,
  facets: { state: { include: ['done'], exclude: [] }, verdict: { include: ['unset'], exclude: [] } },
};
const ACCEPT = { kind: 'verdict', verdict: 'accepted' } as const;
const plain = { shift: false, ctrl: false };
const ctrl = { shift: false, ctrl: true };
/** Beyond the first page. */
const LAST = 250;

async function opened(query: GalleryQuery = EVERYTHING) {
  const backend = createFakeBackend('done', false);
  const { gallery, ui } = createAppModel(backend, memoryStorage());
  const meant = () => {
    const selection = toGallerySelection(gallery.meant());
    return selection?.kind === 'ids' ? selection.jobIds : selection;
  };
  gallery.ask(query);
  await vi.waitFor(() => expect(gallery.pages.tileAt(0)).toBeDefined());
  const idAt = (offset: number) => gallery.pages.tileAt(offset)?.id ?? 0;
  return { backend, gallery, ui, meant, idAt };
}

/** So many more results of the newest run, which come first. */
function land(backend: ReturnType<typeof createFakeBackend>, count: number): void {
  const jobs = backend.runs.get(2)?.jobs ?? [];
  for (let at = 0; at < count; at += 1) {
    const last = jobs.at(-1);
    if (last !== undefined) {
      const [id, position] = [last.id + 1, last.position + 1];
      jobs.push({ ...last, id, position, state: 'done', resultId: id });
    }
  }
}

/** The answer of the next `ids` comes when it is let go. */
function heldIds({ backend }: { backend: ReturnType<typeof createFakeBackend> }) {
  const { ids } = backend.client.gallery;
  let go = (): void => undefined;
  const wait = new Promise<void>((resolve) => {
    go = resolve;
  });
  backend.client.gallery.ids = async (...given) => {
    const answer = await ids(...given);
    await wait;
    return answer;
  };
  return () => {
    backend.client.gallery.ids = ids;
    go();
  };
}

describe('what a verdict means', () => {
  it('is the result in its place, once the one it was given to has left the list', async () => {
    const { gallery, meant, idAt } = await opened(UNJUDGED);
    const [, second, third] = [idAt(0), idAt(1), idAt(2)];
    gallery.press(1, plain);
    await gallery.work.change({ kind: 'ids', jobIds: [second] }, ACCEPT);
    await vi.waitFor(() => expect(gallery.focused()?.id).toBe(third));
    await vi.waitFor(() =>
      expect(gallery.store.getState().selection.chosen).toMatchObject({ ids: new Set([third]) }),
    );
    expect(meant()).toEqual([third]);
  });

  it('is none of several that have left the list', async () => {
    const { gallery, meant, idAt } = await opened(UNJUDGED);
    const jobIds = [idAt(0), idAt(1), idAt(2), idAt(3)];
    gallery.press(0, plain);
    await vi.waitFor(() => expect(meant()).toEqual([idAt(0)]));
    gallery.press(3, { shift: true, ctrl: false });
    await vi.waitFor(() => expect(meant()).toEqual(jobIds));
    // The last, which is in focus, stays.
    await gallery.work.change({ kind: 'ids', jobIds: jobIds.slice(0, 3) }, ACCEPT);
    await vi.waitFor(() => expect(meant()).toEqual(jobIds.slice(3)));
    await vi.waitFor(() => expect(gallery.store.getState().selection.focus).toBe(0));
    expect(gallery.focused()?.id).toBe(jobIds[3]);
  });

  it('stays with a selection that is still in the list', async () => {
    const { gallery, meant, idAt } = await opened();
    const jobIds = [idAt(1), idAt(2)];
    gallery.press(1, plain);
    gallery.press(2, ctrl);
    await vi.waitFor(() => expect(meant()).toEqual(jobIds));
    await gallery.work.change({ kind: 'ids', jobIds }, ACCEPT);
    await vi.waitFor(() => expect(gallery.focused()?.verdict).toBe('accepted'));
    expect(meant()).toEqual(jobIds);
  });
});

describe('the close look', () => {
  it('means what it shows, whatever is selected besides', async () => {
    const { gallery, ui, meant, idAt } = await opened();
    gallery.press(0, plain);
    gallery.press(1, ctrl);
    await vi.waitFor(() => expect(meant()).toHaveLength(2));
    gallery.move(3, ctrl);
    expect(meant()).toHaveLength(2);
    ui.setState({ isLoupeOpen: true });
    expect(meant()).toEqual([idAt(3)]);
    // Nobody knows yet which one stands there.
    gallery.move(LAST, ctrl);
    expect(meant()).toBeNull();
  });
});

describe('a list that grows', () => {
  it('keeps the focus on its result, and never shows another one in between', async () => {
    const { backend, gallery, meant, idAt } = await opened();
    const id = idAt(3);
    gallery.press(3, plain);
    const seen = new Set<number | undefined>();
    // As it is drawn: after all that one turn has changed.
    const look = () => queueMicrotask(() => seen.add(gallery.focused()?.id));
    gallery.store.subscribe(look);
    gallery.pages.store.subscribe(look);
    land(backend, 2);
    gallery.refresh();
    await vi.waitFor(() => expect(gallery.store.getState().selection.focus).toBe(5));
    expect([...seen]).toEqual([id]);
    expect(meant()).toEqual([id]);
  });

  it('follows what was chosen while it came', async () => {
    const { backend, gallery, meant, idAt } = await opened();
    gallery.press(3, plain);
    const id = idAt(8);
    const { page } = backend.client.gallery;
    backend.client.gallery.page = async (...given) => {
      backend.client.gallery.page = page;
      gallery.press(8, plain);
      return await page(...given);
    };
    land(backend, 1);
    gallery.refresh();
    await vi.waitFor(() => expect(gallery.store.getState().selection.focus).toBe(9));
    expect(gallery.focused()?.id).toBe(id);
    expect(meant()).toEqual([id]);
  });

  it('is selected as it is told and drawn, where all that is found is', async () => {
    const { backend, gallery, meant } = await opened();
    gallery.pickMatching();
    const total = () => gallery.store.getState().answer?.total ?? 0;
    const before = total();
    expect(meant()).toMatchObject({ kind: 'matching', seen: { total: before } });
    land(backend, 2);
    gallery.refresh();
    await vi.waitFor(() => expect(total()).toBe(before + 2));
    expect(countSelected(gallery.meant())).toBe(before + 2);
    expect(meant()).toMatchObject({ seen: { total: before + 2 } });
  });
});

describe('a press on a place that is not loaded', () => {
  it('ends what was selected at once', async () => {
    const { backend, gallery, meant, idAt } = await opened();
    gallery.press(0, plain);
    expect(meant()).toEqual([idAt(0)]);
    const go = heldIds({ backend });
    gallery.press(LAST, plain);
    expect(meant()).toBeNull();
    go();
    await vi.waitFor(() => expect(meant()).toHaveLength(1));
  });

  it('does not overtake a newer one when its answer comes late', async () => {
    const { backend, gallery, meant, idAt } = await opened();
    const go = heldIds({ backend });
    gallery.press(LAST, plain);
    gallery.press(3, plain);
    go();
    // All that was waited for is over by the next turn of the loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(meant()).toEqual([idAt(3)]);
    expect(gallery.store.getState().selection.focus).toBe(3);
  });

  it('with Ctrl counts, though another with Ctrl came after it', async () => {
    const { backend, gallery, meant, idAt } = await opened();
    const go = heldIds({ backend });
    gallery.press(LAST, ctrl);
    gallery.press(3, ctrl);
    go();
    await vi.waitFor(() => expect(meant()).toHaveLength(2));
    expect(meant()).toContain(idAt(3));
  });
});
