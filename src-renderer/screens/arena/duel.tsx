/** Two answers, side by side, and nobody says whose: one key a choice. */
import type { ArenaChoice, ArenaPair } from '@shared/model/arena';
import { useEffect, useEffectEvent, useState } from 'react';
import { CompareView } from '../../compare/compare-view';
import { actsOf, useCompare } from '../../compare/use-compare';
import type { CompareState } from '../../compare/use-compare';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { ARENA_KEYS } from '../../keys/review-keys';
import { isCovered, isTyping } from '../../shell/shortcuts';
import { useModel } from '../../state/app-model';
import { show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { Outcome } from './outcome';
import { useDuel } from './use-duel';
import type { Duel as DuelPart } from './use-duel';
import { Keys } from '../../ui/keys';

export function Duel({ arenaId }: { readonly arenaId: number }) {
  const duel = useDuel(arenaId);
  const compare = useCompare();
  const [isTold, setTold] = useState(false);
  const { state, arena, error } = duel;
  const toggleTold = () => setTold((old) => !old);
  useDuelKeys(duel, { compare, isTold, toggleTold });
  const isOver = state.kind === 'over';
  return (
    <div className="arena">
      <DuelHead duel={duel} isTold={isTold} onTell={toggleTold} />
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {state.kind === 'loading' && <p className="sr-only">Opening the arena…</p>}
      {state.kind === 'failed' && (
        <div className="empty">
          <p role="alert">{state.sentence}</p>
          <button className="btn" onClick={duel.tryAgain} type="button">
            Try again
          </button>
        </div>
      )}
      {(isTold || isOver) && arena !== null && <Outcome arena={arena} isOver={isOver} key={arena.decided} />}
      {state.kind === 'pair' && !isTold && (
        <>
          <p aria-live="polite" className="arena-instruction">
            {state.pair.instruction === ''
              ? 'The two were asked for different things: judge by the pictures alone.'
              : state.pair.instruction}
          </p>
          <div className="arena-stage">
            <CompareView
              alt={`pair ${state.pair.place + 1}`}
              isInRow
              mode="side"
              onUnreadable={duel.unreadable.hear}
              pictures={picturesOf(state.pair)}
              zoom={compare.zoom}
            />
          </div>
          <Choices onChoose={duel.choose} />
        </>
      )}
    </div>
  );
}

/** The source stands between the two, so that neither is nearer to it. */
function picturesOf({ sources, left, right }: ArenaPair) {
  const [source] = sources;
  return [
    { url: left, label: 'Left' },
    ...(source === undefined ? [] : [{ url: source, label: 'Source' }]),
    { url: right, label: 'Right' },
  ];
}

interface DuelHeadProps {
  readonly duel: DuelPart;
  readonly isTold: boolean;
  onTell(): void;
}

function DuelHead({ duel, isTold, onTell }: DuelHeadProps) {
  const { ui } = useModel();
  const { arena, undo, state } = duel;
  return (
    <header className="arena-head">
      <button className="btn ghost" onClick={() => show(ui, { kind: 'arena', arenaId: null })} type="button">
        All arenas
      </button>
      <h1 className="clip">{arena?.name ?? 'Arena'}</h1>
      {arena !== null && (
        <>
          <span className="num review-place">
            {formatCount(arena.decided)} / {formatCount(arena.pairs)}
          </span>
          <div className="arena-bar">
            <ProgressBar
              label="Decided"
              segments={[{ tone: 'ok', count: arena.decided }]}
              settled={arena.decided}
              total={arena.pairs}
            />
          </div>
        </>
      )}
      <span className="grow" />
      {state.kind === 'pair' && (
        <button aria-pressed={isTold} className="btn ghost" onClick={onTell} type="button">
          {isTold ? 'Go on comparing' : 'Result so far'} <Keys press="O" />
        </button>
      )}
      <button className="btn ghost" disabled={(arena?.decided ?? 0) === 0} onClick={undo} type="button">
        Undo <Keys press="Ctrl+Z" />
      </button>
    </header>
  );
}

function Choices({ onChoose }: { onChoose(choice: ArenaChoice): void }) {
  return (
    <footer aria-label="Which is better" className="arena-choices" role="group">
      <button className="btn" onClick={() => onChoose('left')} type="button">
        <Keys press="←" /> Left is better
      </button>
      <button className="btn" onClick={() => onChoose('tie')} type="button">
        Equal <Keys press="↓" />
      </button>
      <button className="btn" onClick={() => onChoose('right')} type="button">
        Right is better <Keys press="→" />
      </button>
      <button className="btn ghost" onClick={() => onChoose('skip')} type="button">
        Skip <Keys press="S" />
      </button>
    </footer>
  );
}

interface DuelHands {
  readonly compare: CompareState;
  /** The pair stands behind the result so far: nobody chooses what they do not see. */
  readonly isTold: boolean;
  /** Shows the result so far, or the pair again. */
  toggleTold(): void;
}

function useDuelKeys({ state, choose, undo }: DuelPart, { compare, isTold, toggleTold }: DuelHands): void {
  // Neither swapped nor alone: both stay in sight, where they were dealt.
  const { toggleZoom, fit, actual } = actsOf(compare);
  const chosen = (choice: ArenaChoice) => () => choose(choice);
  const choices: Readonly<Record<ArenaChoice, () => void>> = {
    left: chosen('left'),
    right: chosen('right'),
    tie: chosen('tie'),
    skip: chosen('skip'),
  };
  const acts: Readonly<Record<ActOf<typeof ARENA_KEYS>, () => void>> = {
    ...choices,
    undo,
    outcome: toggleTold,
    toggleZoom,
    fit,
    actual,
  };
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const isOthers = event.defaultPrevented || isCovered() || isTyping(event.target);
    const act = isOthers ? undefined : actOf(ARENA_KEYS, event);
    const isShown = state.kind === 'pair' && !isTold;
    const isOff = act === 'outcome' ? state.kind !== 'pair' : act !== undefined && act in choices && !isShown;
    if (act !== undefined && !isOff) {
      event.preventDefault();
      // A key that is held speaks of one pair: nobody has seen those that follow.
      if (!event.repeat) {
        acts[act]();
      }
    }
  });
  useEffect(() => {
    const onDown = (event: KeyboardEvent): void => onKeyDown(event);
    window.addEventListener('keydown', onDown);
    return () => window.removeEventListener('keydown', onDown);
  }, []);
}
