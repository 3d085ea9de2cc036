import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../testing/render-app';
import {
  adoptDraft,
  changeDraft,
  closeBranches,
  createStudioStore,
  draftOf,
  inTree,
  openBranches,
  openNewTree,
  stepAgain,
  stepBack,
  takeStep,
} from './studio';
import type { Destination } from './studio';

describe('the drafts of the studio', () => {
  it('survive a restart, without what cannot be read', () => {
    const storage = memoryStorage();
    changeDraft(createStudioStore(storage), 7, (draft) => ({ ...draft, instruction: 'half a thought' }));
    const again = createStudioStore(storage).getState();
    expect(draftOf(again, 7).instruction).toBe('half a thought');
    storage.setItem('brushfleet.studio', '[[7, {"instruction": 5}], "?", [8]]');
    expect(createStudioStore(storage).getState().drafts.size).toBe(0);
    storage.setItem('brushfleet.studio', '{');
    expect(createStudioStore(storage).getState().drafts.size).toBe(0);
  });

  it('pass their settings on to the next tree, but neither words nor pictures', () => {
    const store = createStudioStore(memoryStorage());
    changeDraft(store, 1, (draft) => ({
      ...draft,
      instruction: 'x',
      variants: 4,
      inputs: [{ nodeId: 3, role: 'subject' }],
    }));
    expect(draftOf(store.getState(), 2)).toMatchObject({ instruction: '', variants: 4, inputs: [] });
  });

  it('go along when their tree begins', () => {
    const store = createStudioStore(memoryStorage());
    changeDraft(store, null, (draft) => ({ ...draft, instruction: 'a lighthouse' }));
    adoptDraft(store, 12);
    expect(draftOf(store.getState(), 12).instruction).toBe('a lighthouse');
    expect(draftOf(store.getState(), null).instruction).toBe('');
    expect(store.getState().openId).toBe(12);
  });

  it('of a tree that begins without one have the settings used last; a tree that was there keeps its own', () => {
    const store = createStudioStore(memoryStorage());
    changeDraft(store, 1, (draft) => ({ ...draft, instruction: 'x', variants: 4 }));
    adoptDraft(store, 12);
    expect(draftOf(store.getState(), 12)).toMatchObject({ instruction: '', variants: 4 });
    adoptDraft(store, 1);
    expect(draftOf(store.getState(), 1).instruction).toBe('x');
  });
});

describe('a tree that is yet to begin', () => {
  it('is begun by the first that reaches it; what comes meanwhile finds it there', async () => {
    const store = createStudioStore(memoryStorage());
    const asked: (number | null)[] = [];
    const work =
      (answer: number | Error) =>
      async ({ treeId }: Destination) => {
        asked.push(treeId);
        await Promise.resolve();
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      };
    const all = await Promise.allSettled([
      inTree(store, null, work(new Error('no'))),
      inTree(store, null, work(12)),
      inTree(store, null, work(12)),
      inTree(store, 7, work(7)),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(asked).toEqual([7, null, null, 12]);
    await inTree(store, null, work(13));
    expect(asked.at(-1)).toBeNull();
  });

  it('is another one once a new tree was asked for', async () => {
    const store = createStudioStore(memoryStorage());
    let arrive = (_treeId: number): void => undefined;
    const seen: unknown[] = [];
    const first = inTree(store, null, async ({ isAwaited }) => {
      const treeId = await new Promise<number>((resolve) => (arrive = resolve));
      seen.push(isAwaited());
      return treeId;
    });
    openNewTree(store);
    await inTree(store, null, async ({ treeId, isAwaited }) => {
      seen.push(treeId, isAwaited());
      return 13;
    });
    arrive(12);
    await first;
    expect(seen).toEqual([null, true, false]);
  });
});

describe('closed branches', () => {
  it('stay closed over a restart, whatever else is in their place', () => {
    const storage = memoryStorage();
    const store = createStudioStore(storage);
    closeBranches(store, [3, 4, 5]);
    openBranches(store, [4]);
    expect([...createStudioStore(storage).getState().closed]).toEqual([3, 5]);
    storage.setItem('brushfleet.studio.closed', '{"a": [');
    expect(createStudioStore(storage).getState().closed.size).toBe(0);
  });
});

describe('steps', () => {
  function labelled() {
    const log: string[] = [];
    const step = (label: string) => ({
      label,
      undo: async () => void log.push(`-${label}`),
      redo: async () => log.push(`+${label}`) > 0,
    });
    return { log, step };
  }

  it('are taken back and again in order; a new one ends the way forward', async () => {
    const store = createStudioStore(memoryStorage());
    const { log, step } = labelled();
    await takeStep(store, step('a'));
    await takeStep(store, step('b'));
    expect([await stepBack(store), await stepBack(store), await stepBack(store)]).toEqual(['b', 'a', null]);
    expect(await stepAgain(store)).toBe('a');
    await takeStep(store, step('c'));
    expect(await stepAgain(store)).toBeNull();
    expect(log).toEqual(['+a', '+b', '-b', '-a', '+a', '+c']);
  });

  it('asked for at once are taken one after the other, none of them twice', async () => {
    const store = createStudioStore(memoryStorage());
    const { log, step } = labelled();
    await Promise.all([takeStep(store, step('a')), takeStep(store, step('b'))]);
    expect(await Promise.all([stepBack(store), stepBack(store), stepBack(store)])).toEqual(['b', 'a', null]);
    expect(await Promise.all([stepAgain(store), stepAgain(store)])).toEqual(['a', 'b']);
    expect(log).toEqual(['+a', '+b', '-b', '-a', '+a', '+b']);
  });

  it('can be taken back out of their order, each once', async () => {
    const store = createStudioStore(memoryStorage());
    const { log, step } = labelled();
    const older = step('a');
    await takeStep(store, older);
    await takeStep(store, step('b'));
    expect([await stepBack(store, older), await stepBack(store, older)]).toEqual(['a', null]);
    expect(await stepBack(store)).toBe('b');
    expect(log).toEqual(['+a', '+b', '-a', '-b']);
  });

  it('stay where they are when they could not be taken back', async () => {
    const store = createStudioStore(memoryStorage());
    const undo = async () => {
      throw new Error('no');
    };
    await takeStep(store, { label: 'a', undo, redo: async () => true });
    await expect(stepBack(store)).rejects.toThrow('no');
    expect(store.getState().done).toHaveLength(1);
  });

  it('that never can be taken back do not stand before the others', async () => {
    const store = createStudioStore(memoryStorage());
    const { log, step } = labelled();
    const undo = async () => {
      throw new ORPCError('NOT_FOUND', { message: 'It is gone.' });
    };
    await takeStep(store, step('a'));
    await takeStep(store, { ...step('b'), undo });
    await expect(stepBack(store)).rejects.toThrow('It is gone.');
    expect(await stepBack(store)).toBe('a');
    expect(log).toEqual(['+a', '+b', '-a']);
  });

  it('are not remembered where there was nothing to do', async () => {
    const store = createStudioStore(memoryStorage());
    const { step } = labelled();
    let isThere = false;
    const again = { ...step('b'), redo: async () => isThere };
    expect([await takeStep(store, step('a')), await takeStep(store, again)]).toEqual([true, false]);
    expect(await stepBack(store)).toBe('a');
    isThere = true;
    await takeStep(store, again);
    await stepBack(store);
    isThere = false;
    expect(await stepAgain(store)).toBeNull();
    expect(store.getState()).toMatchObject({ done: [], undone: [] });
  });
});
