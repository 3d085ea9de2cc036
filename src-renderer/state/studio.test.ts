import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../testing/render-app';
import {
  adoptDraft,
  changeDraft,
  closeBranches,
  createStudioStore,
  draftOf,
  openBranches,
  remember,
  stepAgain,
  stepBack,
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
  it('are taken back and again in order; a new one ends the way forward', async () => {
    const store = createStudioStore(memoryStorage());
    const log: string[] = [];
    const step = (label: string) => ({
      label,
      undo: async () => void log.push(`-${label}`),
      redo: async () => void log.push(`+${label}`),
    });
    remember(store, step('a'));
    remember(store, step('b'));
    expect([await stepBack(store), await stepBack(store), await stepBack(store)]).toEqual(['b', 'a', null]);
    expect(await stepAgain(store)).toBe('a');
    remember(store, step('c'));
    expect(await stepAgain(store)).toBeNull();
    expect(log).toEqual(['-b', '-a', '+a']);
  });

  it('stay where they are when they could not be taken back', async () => {
    const store = createStudioStore(memoryStorage());
    const undo = async () => {
      throw new Error('no');
    };
    remember(store, { label: 'a', undo, redo: async () => undefined });
    await expect(stepBack(store)).rejects.toThrow('no');
    expect(store.getState().done).toHaveLength(1);
  });
});
