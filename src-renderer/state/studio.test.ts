import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../testing/render-app';
import {
  adoptDraft,
  changeDraft,
  closeBranches,
  createStudioStore,
  draftOf,
  openBranches,
  stepAgain,
  stepBack,
  takeStep,
} from './studio';

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
      redo: async () => void log.push(`+${label}`),
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
    await takeStep(store, { label: 'a', undo, redo: async () => undefined });
    await expect(stepBack(store)).rejects.toThrow('no');
    expect(store.getState().done).toHaveLength(1);
  });
});
