/** The keys of the review screen: no bare letter acts while the user types, nor behind a dialog or menu. */
import { useLayoutEffect } from 'react';
import { obeyCompareKey } from '../../compare/compare-model';
import type { CompareActs } from '../../compare/compare-model';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { REVIEW_KEYS } from '../../keys/review-keys';
import { isCovered, isTyping } from '../../shell/shortcuts';
import type { ReviewActs } from './review-acts';

export interface KeyActs {
  readonly acts: ReviewActs;
  readonly compare: CompareActs;
  /** Those that digits give. */
  readonly reasons: readonly string[];
  editNote(): void;
  editInstruction(): void;
  editInStudio(): void;
  toggleAdvance(): void;
  toggleHeatMap(): void;
  toggleOrder(): void;
  toggleSuspicious(): void;
  /** The next of the filters in the head; -1: the one before. */
  stepFilter(step: 1 | -1): void;
  /** Null: there is nothing to compare. */
  readonly compareBlind: (() => void) | null;
  /** Looks at the next earlier version. */
  nextVersion(): void;
  takeVersionBack(): void;
  /** Back to the source, where a version is looked at. False: none is. */
  leaveVersion(): boolean;
}

export function useReviewKeys(given: KeyActs): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && !isCovered() && !isTyping(event.target) && obey(event, given)) {
        event.preventDefault();
      }
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key === '\\') {
        given.compare.blink(false);
      }
    };
    const onBlur = (): void => given.compare.blink(false);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', onBlur);
    };
  }, [given]);
}

/** Whether the key was one of ours. */
function obey(event: KeyboardEvent, given: KeyActs): boolean {
  const act = actOf(REVIEW_KEYS, event);
  const isOnSlider = event.target instanceof HTMLInputElement && event.target.type === 'range';
  if (isOnSlider && event.key.startsWith('Arrow')) {
    return false;
  }
  if (act === undefined) {
    return obeyCompareKey(event, given.compare);
  }
  if (event.repeat && !MOVES.has(act)) {
    return true;
  }
  return WORKS[act](given, event) !== false;
}

/** What a held key does again and again. All else is said of a picture, which nobody has seen in that time. */
const MOVES: ReadonlySet<ActOf<typeof REVIEW_KEYS>> = new Set(['next', 'previous', 'nextUnset']);

type Work = (given: KeyActs, event: KeyboardEvent) => unknown;

/** False: the key is somebody else's now. */
const WORKS: Readonly<Record<ActOf<typeof REVIEW_KEYS>, Work>> = {
  accept: ({ acts }) => acts.judge('accepted', false),
  reject: ({ acts }) => acts.judge('rejected', false),
  unset: ({ acts }) => acts.judge(null, true),
  acceptHere: ({ acts }) => acts.judge('accepted', true),
  rejectHere: ({ acts }) => acts.judge('rejected', true),
  digit: ({ acts, reasons }, event) => {
    const number = Number(event.key);
    const reason = reasons[number - 1];
    const isReason = reason !== undefined && acts.reason(reason);
    if (!isReason && number <= 5) {
      acts.rate(number);
    }
  },
  note: (given) => given.editNote(),
  next: ({ acts }) => acts.move(1),
  previous: ({ acts }) => acts.move(-1),
  nextUnset: ({ acts }) => acts.nextUnset(),
  first: ({ acts }) => acts.moveTo(0),
  last: ({ acts }) => acts.moveTo(Number.MAX_SAFE_INTEGER),
  undo: ({ acts }) => acts.undo(),
  redo: ({ acts }) => acts.redo(),
  rerun: ({ acts }) => void acts.rerun(),
  instruct: (given) => given.editInstruction(),
  version: (given) => given.nextVersion(),
  leave: (given) => given.leaveVersion() || given.acts.closeReasons(),
  takeBack: (given) => given.takeVersionBack(),
  order: (given) => given.toggleOrder(),
  suspicious: (given) => given.toggleSuspicious(),
  filter: (given) => given.stepFilter(1),
  filterBack: (given) => given.stepFilter(-1),
  arena: (given) => given.compareBlind?.(),
  edit: (given) => given.editInStudio(),
  advance: (given) => given.toggleAdvance(),
  heatMap: (given) => given.toggleHeatMap(),
};
