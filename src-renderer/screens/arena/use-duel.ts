/** One arena under way: the pair shown, the next one fetched ahead, choices saved as they fall, and taken back one by one. */
import type { Arena, ArenaChoice, ArenaPair, OwnChoice } from '@shared/model/arena';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useUnreadable } from '../../compare/use-unreadable';
import type { UnreadablePictures } from '../../compare/use-unreadable';
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
  /** Of the pictures shown; a pair of them is skipped or tried again, and not judged. */
  readonly unreadable: UnreadablePictures;
  choose(choice: ArenaChoice): void;
  /** Asks once more for the pair that could not be had. */
  tryAgain(): void;
  /** Takes the last choice made here back; where there is none, the last of this arena, whenever it was made. */
  undo(): void;
}

const UNSEEN =
  'This pair was not judged, since one of its pictures cannot be read: put its file back and try again, or skip the pair.';

export function useDuel(arenaId: number): Duel {
  const { backend } = useModel();
  const { arena: calls } = backend.client;
  const [state, setState] = useState<DuelState>({ kind: 'loading' });
  const [arena, setArena] = useState<Arena | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const unreadable = useUnreadable();
  /** Where the next pair is looked for. */
  const from = useRef(0);
  const shown = useRef<ArenaPair | null>(null);
  const ahead = useRef<Promise<ArenaPair | null> | null>(null);
  /** Made here, the last one last. */
  const made = useRef<OwnChoice[]>([]);
  /** Choices and what takes them back, one after the other. */
  const lastStep = useRef<Promise<void>>(Promise.resolve());

  const put = useCallback(
    (pair: ArenaPair | null) => {
      shown.current = pair;
      setState(pair === null ? { kind: 'over' } : { kind: 'pair', pair });
      if (pair !== null) {
        from.current = pair.place + 1;
        ahead.current = calls.pair({ arenaId, from: from.current, any: false });
        // Asked for in earnest, it tells its failure itself.
        ahead.current.then(preload, () => undefined);
      }
    },
    [calls, arenaId],
  );

  const nextPair = useCallback(async () => {
    const found = await calls.pair({ arenaId, from: from.current, any: false });
    // What was left out before the place where one went on is shown at the end.
    return found ?? (from.current === 0 ? null : await calls.pair({ arenaId, from: 0, any: false }));
  }, [calls, arenaId]);

  useEffect(() => {
    let isShown = true;
    // After whatever is being taken back.
    lastStep.current = lastStep.current
      .then(() => Promise.all([calls.get({ arenaId }), nextPair()]))
      .then(
        ([found, pair]) => {
          if (isShown) {
            setArena(found);
            put(pair);
          }
        },
        (failure: unknown) => isShown && setState({ kind: 'failed', sentence: sentenceOf(failure) }),
      )
      .then(() => undefined);
    return () => {
      isShown = false;
    };
  }, [calls, arenaId, put, nextPair, tries]);
  const tryAgain = useCallback(() => {
    setState({ kind: 'loading' });
    setTries((old) => old + 1);
  }, []);

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
      if (choice !== 'skip' && [pair.left, pair.right].some(unreadable.has)) {
        setError(UNSEEN);
        return;
      }
      // One choice a pair, however fast the keys come.
      shown.current = null;
      setError(null);
      lastStep.current = calls.choose({ pairId: pair.id, choice }).then(
        async (before) => {
          // It is saved, whether there is a next pair to show or not.
          made.current.push({ pairId: pair.id, choice, before });
          count(before === null ? 1 : 0);
          try {
            put((await next.catch(() => null)) ?? (await nextPair()));
          } catch (failure) {
            setState({ kind: 'failed', sentence: sentenceOf(failure) });
          }
        },
        (failure: unknown) => {
          shown.current = pair;
          setError(sentenceOf(failure));
        },
      );
    },
    [calls, put, count, nextPair, unreadable],
  );

  const takeBack = useCallback(async () => {
    // Nothing is chosen while another pair is on its way.
    const before = shown.current;
    shown.current = null;
    const own = made.current.at(-1);
    try {
      const pair = await calls.undo({ arenaId, ...(own === undefined ? {} : { own }) });
      made.current.pop();
      if (pair !== null) {
        count(pair.choice === undefined ? -1 : 0);
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
    lastStep.current = lastStep.current.then(takeBack);
  }, [takeBack]);

  return useMemo(
    () => ({ state, arena, error, unreadable, choose, tryAgain, undo }),
    [state, arena, error, unreadable, choose, tryAgain, undo],
  );
}

function preload(pair: ArenaPair | null): void {
  for (const url of pair === null ? [] : [...pair.sources.slice(0, 1), pair.left, pair.right]) {
    const image = new Image();
    image.src = url;
    image.decode?.().catch(() => undefined);
  }
}
