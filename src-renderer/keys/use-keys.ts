/** A screen's keys, obeyed wherever the focus is: not behind a dialog, and none that writes while somebody types. */
import { useEffect, useEffectEvent } from 'react';
import { isCovered, isTyping } from '../shell/shortcuts';
import { actOf, isWriting } from './key-line';
import type { ActOf, KeyLines } from './key-line';

/** Null: it has no place just now. */
export type KeyActs<Lines extends KeyLines> = Readonly<Record<ActOf<Lines>, (() => void) | null>>;

export function useKeys<const Lines extends KeyLines>(lines: Lines, acts: KeyActs<Lines>): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const isText = isWriting(event) && isTyping(event.target);
    // A key that is held asks once.
    if (event.defaultPrevented || isCovered() || isText || event.repeat) {
      return;
    }
    const name = actOf(lines, event);
    const act = name === undefined ? null : acts[name];
    if (act !== null) {
      event.preventDefault();
      act();
    }
  });
  useEffect(() => {
    const onDown = (event: KeyboardEvent): void => onKeyDown(event);
    window.addEventListener('keydown', onDown);
    return () => window.removeEventListener('keydown', onDown);
  }, []);
}
