import type { AppEvent } from '@shared/contract';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import type { Run, RunState } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { stayAwake } from './stay-awake';

function openScene(isWished: boolean) {
  const held = new Set<number>();
  let last = 0;
  let tell = (_event: AppEvent): void => undefined;
  stayAwake({
    events: {
      subscribe(heard) {
        tell = heard;
        return () => undefined;
      },
    },
    blocker: {
      start(what) {
        expect(what).toBe('prevent-app-suspension');
        last += 1;
        held.add(last);
        return last;
      },
      stop: (hold) => held.delete(hold),
    },
    isWished,
  });
  return {
    holds: () => held.size,
    run: (id: number, kind: RunState['kind']) =>
      tell({ kind: 'run', run: { id, state: { kind } } as unknown as Run }),
    remove: (runId: number) => tell({ kind: 'runRemoved', runId }),
    wish: (wish: boolean) => tell({ kind: 'settings', settings: { ...DEFAULT_SETTINGS, stayAwake: wish } }),
  };
}

describe('a computer that is to stay awake', () => {
  it('is held once while any run is under way, waits for a limit or drains, and no longer', () => {
    const scene = openScene(true);
    expect(scene.holds()).toBe(0);
    scene.run(1, 'running');
    scene.run(2, 'waiting');
    scene.run(1, 'running');
    expect(scene.holds()).toBe(1);
    scene.run(1, 'finished');
    scene.run(2, 'draining');
    expect(scene.holds()).toBe(1);
    scene.run(2, 'paused');
    expect(scene.holds()).toBe(0);
    scene.run(2, 'running');
    scene.remove(2);
    expect(scene.holds()).toBe(0);
  });

  it('is held only as long as its user wishes, and at once when that changes', () => {
    const scene = openScene(false);
    scene.run(1, 'running');
    expect(scene.holds()).toBe(0);
    scene.wish(true);
    expect(scene.holds()).toBe(1);
    scene.wish(false);
    expect(scene.holds()).toBe(0);
    scene.run(1, 'finished');
    scene.wish(true);
    expect(scene.holds()).toBe(0);
  });
});
