/** How pictures are compared, held by the screen so that it lasts from one pair to the next. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { isCovered, isTyping } from '../shell/shortcuts';
import { nextMode, obeyCompareKey } from './compare-model';
import type { CompareActs, CompareMode } from './compare-model';
import { useZoom } from './use-zoom';
import type { ZoomControl } from './use-zoom';

export interface CompareState {
  readonly mode: CompareMode;
  readonly isBlinking: boolean;
  readonly isSwapped: boolean;
  readonly zoom: ZoomControl;
  onMode(mode: CompareMode): void;
  onBlink(isOn: boolean): void;
  onSwap(): void;
}

/** Spread it on a CompareView; `actsOf` has what its keys do. */
export function useCompare(initial: CompareMode = 'side'): CompareState {
  const [mode, onMode] = useState(initial);
  const [isBlinking, onBlink] = useState(false);
  const [isSwapped, setSwapped] = useState(false);
  const zoom = useZoom();
  return useMemo(
    () => ({
      mode,
      isBlinking,
      isSwapped,
      zoom,
      onMode,
      onBlink,
      onSwap: () => setSwapped((old) => !old),
    }),
    [mode, isBlinking, isSwapped, zoom],
  );
}

export function actsOf({ mode, zoom, onMode, onBlink, onSwap }: CompareState): CompareActs {
  return {
    cycle: () => onMode(nextMode(mode)),
    swap: onSwap,
    blink: onBlink,
    toggleZoom: zoom.toggle,
    fit: zoom.fit,
    actual: zoom.actual,
  };
}

/** The compare keys for a whole screen: not while the user types, not behind a dialog or menu, and blinking ends with its key. */
export function useCompareKeys(compare: CompareState, isOn = true): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const isOthers = event.defaultPrevented || isCovered() || isTyping(event.target);
    if (!isOthers && obeyCompareKey(event, actsOf(compare))) {
      event.preventDefault();
    }
  });
  const endBlink = useEffectEvent(() => compare.onBlink(false));
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const onKeyUp = (event: KeyboardEvent) => event.key === '\\' && endBlink();
    const onBlur = () => endBlink();
    const onDown = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', onDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', onBlur);
    };
  }, [isOn]);
}
