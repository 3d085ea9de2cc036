/** One arena under way: the pair shown, the next one fetched ahead, choices saved as they fall, and taken back one by one. */
import type { Arena, ArenaChoice, ArenaPair } from '@shared/model/arena';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';

export type DuelState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'pair'; readonly pair: ArenaPair }
  /** Every pair is decided. */
  | { readonly kind: 'over' };

export interface Duel {
  readonly state: DuelState;
  readonly arena: Arena | null;
  readonly error: string | null;
  choose(choice: ArenaChoice): void;
  /** Takes the last choice of this arena back, whenever it was made. */
  undo(): void;
}

export function useDuel(arenaId: number): Duel {
  const { backend } = useModel();
  const { arena: calls } = backend.client;
  const [state, setState] = useState<DuelState>({ kind: 'loading' });
  const [arena, setArena] = useState<Arena | null>(null);
  const [error, setError] = useState<string | null>(null);
  const shown = useRef<ArenaPair | null>(null);
  const ahead = useRef<Promise<ArenaPair | null> | null>(null);
  /** Choices and what takes them back, one after the other. */
  const lastStep = useRef<Promise<void>>(Promise.resolve());

  const put = useCallback(
    (pair: ArenaPair | null) => {
      shown.current = pair;
      setState(pair === null ? { kind: 'over' } : { kind: 'pair', pair });
      if (pair !== null) {
        ahead.current = calls.pair({ arenaId, from: pair.place + 1, any: false });
        // Asked for in earnest, it tells its failure itself.
        ahead.current.then(preload, () => undefined);
      }
    },
    [calls, arenaId],
  );

  useEffect(() => {
    let isShown = true;
    Promise.all([calls.get({ arenaId }), calls.pair({ arenaId, from: 0, any: false })]).then(
      ([found, pair]) => {
        if (isShown) {
          setArena(found);
          put(pair);
        }
      },
      (failure: unknown) => isShown && setState({ kind: 'failed', sentence: sentenceOf(failure) }),
    );
    return () => {
      isShown = false;
    };
  }, [calls, arenaId, put]);

  const count = useCallback(
    (step: number) => setArena((old) => (old === null ? old : { ...old, decided: old.decided + step })),
    [],
  );

  const choose = useCallback(
    (choice: ArenaChoice) => {
      const pair = shown.current;
      const next = ahead.current;
      if (pair === null || next === null) {
        return;
      }
      // One choice a pair, however fast the keys come.
      shown.current = null;
      setError(null);
      lastStep.current = Promise.all([calls.choose({ pairId: pair.id, choice }), next]).then(
        async ([, found]) => {
          count(1);
          // What was left out before the place where one went on is shown at the end.
          put(found ?? (await calls.pair({ arenaId, from: 0, any: false })));
        },
        (failure: unknown) => {
          shown.current = pair;
          setError(sentenceOf(failure));
        },
      );
    },
    [calls, arenaId, put, count],
  );

  const takeBack = useCallback(async () => {
    // Nothing is chosen while another pair is on its way.
    const before = shown.current;
    shown.current = null;
    try {
      const pair = await calls.undo({ arenaId });
      if (pair !== null) {
        count(-1);
        put(pair);
        return;
      }
    } catch (failure) {
      setError(sentenceOf(failure));
    }
    shown.current = before;
  }, [calls, arenaId, put, count]);
  const undo = useCallback(() => {
    setError(null);
    // A choice that is under way is the last one.
    lastStep.current = lastStep.current.catch(() => undefined).then(takeBack);
  }, [takeBack]);

  return useMemo(() => ({ state, arena, error, choose, undo }), [state, arena, error, choose, undo]);
}

function preload(pair: ArenaPair | null): void {
  for (const url of pair === null ? [] : [...pair.sources.slice(0, 1), pair.left, pair.right]) {
    const image = new Image();
    image.src = url;
    image.decode?.().catch(() => undefined);
  }
}
