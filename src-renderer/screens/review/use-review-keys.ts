/** The keys of the review screen: no bare letter acts while the user types, nor behind a dialog. */
import { useLayoutEffect } from 'react';
import { isTyping } from '../../shell/shortcuts';
import { useModel } from '../../state/app-model';
import type { ReviewActs } from './use-review';

export interface KeyActs {
  readonly acts: ReviewActs;
  cycle(): void;
  blink(isOn: boolean): void;
  toggleZoom(): void;
  resetZoom(): void;
  editNote(): void;
  rerun(): void;
  toggleAdvance(): void;
}

export function useReviewKeys(given: KeyActs): void {
  const { ui } = useModel();
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isCovered =
        ui.getState().overlay.kind !== 'none' || document.querySelector('dialog[open]') !== null;
      if (!isCovered && !isTyping(event.target) && obey(event, given)) {
        event.preventDefault();
      }
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key === '\\') {
        given.blink(false);
      }
    };
    const onBlur = (): void => given.blink(false);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', onBlur);
    };
  }, [given, ui]);
}

/** Whether the key was one of ours. */
function obey(event: KeyboardEvent, given: KeyActs): boolean {
  const { acts } = given;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const isBack = key === 'z' && !event.shiftKey;
    const isForth = key === 'y' || (key === 'z' && event.shiftKey);
    if (isBack || isForth) {
      (isBack ? acts.undo : acts.redo)();
    }
    if (key === '0') {
      given.resetZoom();
    }
    return isBack || isForth || key === '0';
  }
  if (event.altKey) {
    return false;
  }
  if (/^[0-9]$/.test(event.key)) {
    const number = Number(event.key);
    if (!acts.reason(number) && number <= 5) {
      acts.rate(number);
    }
    return true;
  }
  return obeyLetter(key, event, given);
}

function obeyLetter(key: string, event: KeyboardEvent, given: KeyActs): boolean {
  const { acts } = given;
  const stay = event.shiftKey;
  const works: Readonly<Record<string, () => void>> = {
    p: () => acts.judge('accepted', stay),
    x: () => acts.judge('rejected', stay),
    u: () => acts.judge(null, true),
    arrowright: () => (stay ? acts.nextUnset() : acts.move(1)),
    arrowleft: () => acts.move(-1),
    home: () => acts.moveTo(0),
    end: () => acts.moveTo(Number.MAX_SAFE_INTEGER),
    m: given.cycle,
    '\\': () => given.blink(true),
    z: given.toggleZoom,
    n: given.editNote,
    i: given.rerun,
    a: given.toggleAdvance,
  };
  const isOnSlider = event.target instanceof HTMLInputElement && event.target.type === 'range';
  const work = works[key];
  if (work === undefined || (isOnSlider && key.startsWith('arrow'))) {
    return false;
  }
  work();
  return true;
}
