import { AsyncIteratorClass, ORPCError } from '@orpc/client';
import type { GalleryReport } from '@shared/contract/gallery';
import type { GallerySelection } from '@shared/model/gallery';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createAppModel } from './app-model';
import type { AppModel } from './app-model';
import { createFakeBackend } from '../testing/fake-backend';
import type { FakeBackend } from '../testing/fake-backend';
import { memoryStorage } from '../testing/render-app';

const ACCEPT = { kind: 'verdict', verdict: 'accepted' } as const;
const REJECT = { kind: 'verdict', verdict: 'rejected' } as const;
const one: GallerySelection = { kind: 'ids', jobIds: [2_000_422] };

let backend: FakeBackend;
let model: AppModel;
const toasts = () => model.ui.getState().toasts.map(({ text }) => text);
const gallery = () => backend.client.gallery;

/** The same call, which waits until it is let go. */
function held<Args extends unknown[], Answer>(call: (...given: Args) => Promise<Answer>) {
  let go = (): void => undefined;
  const wait = new Promise<void>((resolve) => {
    go = resolve;
  });
  const waiting = async (...given: Args) => {
    await wait;
    return await call(...given);
  };
  return { go, waiting };
}

function partly(
  report: Partial<GalleryReport>,
  error: unknown,
): AsyncIteratorClass<GalleryReport, unknown, void> {
  const rest = [{ done: 1, total: 2, skipped: 0, isOver: false, changed: 1, ...report }];
  return new AsyncIteratorClass<GalleryReport, unknown, void>(
    async () => {
      const value = rest.shift();
      if (value === undefined) {
        throw error;
      }
      return { done: false, value };
    },
    async () => undefined,
  );
}

beforeEach(() => {
  backend = createFakeBackend('done', false);
  model = createAppModel(backend, memoryStorage());
});

describe('what is done to results', () => {
  it('while something else is under way waits for its turn', async () => {
    const { work } = model.gallery;
    const { go, waiting } = held(gallery().change);
    gallery().change = waiting;
    const both = [work.change(one, ACCEPT), work.change(one, REJECT)];
    await Promise.resolve();
    go();
    await Promise.all(both);
    expect(toasts()).toEqual(['1 accepted', '1 rejected']);
    expect(model.gallery.store.getState().work).toEqual({ kind: 'idle' });
  });

  it('is undone as often as asked, however fast', async () => {
    const { work } = model.gallery;
    await work.change(one, ACCEPT);
    await work.change(one, REJECT);
    const { go, waiting } = held(gallery().undo);
    gallery().undo = waiting;
    const all = [work.undo(), work.undo(), work.undo(), work.redo()];
    await Promise.resolve();
    go();
    await Promise.all(all);
    expect(toasts().slice(2)).toEqual([
      'Undone: 1 rejected',
      'Undone: 1 accepted',
      'Nothing to undo',
      'Redone: 1 accepted',
    ]);
  });

  it('can be undone again after an undo that failed, and that failure is told behind all that waited', async () => {
    const { work } = model.gallery;
    await work.change(one, ACCEPT);
    vi.spyOn(gallery(), 'undo').mockRejectedValueOnce(new Error('The connection was lost.'));
    await Promise.all([work.undo(), work.change(one, REJECT)]);
    expect(model.gallery.store.getState().work).toEqual({
      kind: 'failed',
      sentence: 'The connection was lost.',
    });
    await work.undo();
    await work.undo();
    expect(toasts().slice(2)).toEqual(['Undone: 1 rejected', 'Undone: 1 accepted']);
    expect(model.gallery.store.getState().work).toEqual({ kind: 'idle' });
  });

  it('in part only can be undone, and what was undone in part can be undone further', async () => {
    const { work } = model.gallery;
    vi.spyOn(gallery(), 'change').mockResolvedValueOnce(partly({ stepId: 5 }, new Error('No disk.')));
    await work.change(one, ACCEPT);
    const undo = vi.spyOn(gallery(), 'undo');
    undo.mockResolvedValueOnce(partly({ stepId: 6 }, new Error('No disk.')));
    undo.mockResolvedValueOnce(partly({ stepId: 7 }, new Error('No disk.')));
    await work.undo();
    await work.undo();
    expect(undo.mock.calls.map(([given]) => given.stepId)).toEqual([5, 5]);
    expect(toasts()).toEqual(['1 accepted', 'Undone in part: 1 accepted', 'Undone in part: 1 accepted']);
  });

  it('too long ago to be undone does not stand in the way of what came before', async () => {
    const { work } = model.gallery;
    await work.change(one, ACCEPT);
    await work.change(one, REJECT);
    vi.spyOn(gallery(), 'undo').mockRejectedValueOnce(
      new ORPCError('NOT_FOUND', { message: 'This is too long ago to be undone.' }),
    );
    await work.undo();
    await work.undo();
    expect(toasts().at(-1)).toBe('Undone: 1 accepted');
  });
});
