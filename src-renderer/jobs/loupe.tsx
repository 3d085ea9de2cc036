/** A close look at one job after another: the pair as large as the window allows, its instruction above, keys below. */
import type { JobDetail, JobTile } from '@shared/model/run';
import { FAILURES } from '@shared/model/failure';
import { useEffect, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useModel } from '../state/app-model';
import { useJobDetail } from '../state/job-details';
import { COMPARE_LABELS, COMPARE_MODES, Compare } from '../ui/compare';
import type { CompareMode } from '../ui/compare';
import { useModal } from '../ui/dialog';
import { formatCount } from '../ui/format';
import { FAILURE_NOTES, JOB_STATES, nameOfTile } from './job-words';
import './loupe.css';

interface LoupeProps {
  readonly offset: number;
  readonly count: number;
  tileAt(offset: number): JobTile | undefined;
  onMove(offset: number): void;
  onClose(): void;
}

export function Loupe({ offset, count, tileAt, onMove, onClose }: LoupeProps) {
  const dialog = useModal(onClose);
  const [mode, setMode] = useState<CompareMode>('side');
  const [isBlinking, setBlinking] = useState(false);
  const tile = tileAt(offset);
  const state = useJobDetail(tile);
  usePreload(tileAt(offset + 1));
  usePreload(tileAt(offset - 1));
  // The keys work at once, whichever button the browser would have chosen.
  useEffect(() => dialog.current?.focus(), [dialog]);

  const move = (step: number) => onMove(Math.min(count - 1, Math.max(0, offset + step)));
  const cycle = () =>
    setMode((old) => COMPARE_MODES[(COMPARE_MODES.indexOf(old) + 1) % COMPARE_MODES.length] ?? 'side');
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => move(1),
    ArrowLeft: () => move(-1),
    m: cycle,
    M: cycle,
    ' ': onClose,
  };

  function onKeyDown(event: KeyboardEvent): void {
    const isOnSlider = event.target instanceof HTMLInputElement;
    const isOnButton = event.target instanceof HTMLButtonElement;
    if (event.key === '\\') {
      setBlinking(true);
    }
    const run = keys[event.key];
    // The slider keeps its arrows and a focused button its space bar.
    if (
      run !== undefined &&
      !(isOnSlider && event.key.startsWith('Arrow')) &&
      !(isOnButton && event.key === ' ')
    ) {
      event.preventDefault();
      run();
    }
  }

  return (
    <dialog
      aria-label="Close look"
      className="loupe"
      onBlur={() => setBlinking(false)}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key === '\\' && setBlinking(false)}
      ref={dialog}
      tabIndex={-1}
    >
      <header className="loupe-head">
        <span className="num">
          {formatCount(offset + 1)} / {formatCount(count)}
        </span>
        <span aria-live="polite" className="loupe-instruction clip">
          {state.kind === 'ready' ? state.detail.instruction : ''}
        </span>
        <button className="btn ghost" onClick={onClose} type="button">
          Close <kbd>Esc</kbd>
        </button>
      </header>
      <div className="loupe-stage">
        {state.kind === 'ready' && <Stage detail={state.detail} isBlinking={isBlinking} mode={mode} />}
        {state.kind === 'failed' && <p role="alert">{state.sentence}</p>}
      </div>
      <LoupeFoot
        isFirst={offset === 0}
        isLast={offset >= count - 1}
        mode={mode}
        onBlink={setBlinking}
        onCycle={cycle}
        onMove={move}
      />
    </dialog>
  );
}

interface StageProps {
  readonly detail: JobDetail;
  readonly mode: CompareMode;
  readonly isBlinking: boolean;
}

function Stage({ detail, mode, isBlinking }: StageProps) {
  const { job, failure } = detail;
  return (
    <Compare
      after={detail.output}
      alt={nameOfTile(job)}
      before={detail.inputs}
      instead={
        failure === undefined ? (
          <b>{JOB_STATES[job.state].word}</b>
        ) : (
          <>
            <b className="bad-word">{FAILURES[failure.kind].title}</b>
            <span>{FAILURE_NOTES[failure.kind]}</span>
            <p className="hint">{failure.message}</p>
            <p className="hint">{FAILURES[failure.kind].remedy}</p>
          </>
        )
      }
      isBlinking={isBlinking}
      mode={mode}
    />
  );
}

interface LoupeFootProps {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly mode: CompareMode;
  onMove(step: number): void;
  onCycle(): void;
  onBlink(isBlinking: boolean): void;
}

function LoupeFoot({ isFirst, isLast, mode, onMove, onCycle, onBlink }: LoupeFootProps) {
  return (
    <footer className="loupe-foot">
      <button aria-disabled={isFirst} className="btn" onClick={() => onMove(-1)} type="button">
        Previous <kbd>←</kbd>
      </button>
      <button aria-disabled={isLast} className="btn" onClick={() => onMove(1)} type="button">
        Next <kbd>→</kbd>
      </button>
      <span className="grow" />
      <button
        className="btn ghost"
        onPointerDown={() => onBlink(true)}
        onPointerLeave={() => onBlink(false)}
        onPointerUp={() => onBlink(false)}
        type="button"
      >
        Hold for source <kbd>\</kbd>
      </button>
      <button className="btn ghost" onClick={onCycle} type="button">
        {COMPARE_LABELS[mode]} <kbd>M</kbd>
      </button>
    </footer>
  );
}

/** Fetches a neighbour's details and pictures before they are asked for. */
function usePreload(tile: JobTile | undefined): void {
  const { details } = useModel();
  useEffect(() => {
    if (tile === undefined) {
      return;
    }
    details.get(tile).then(
      ({ inputs, output }) => {
        for (const src of [...inputs, ...(output === undefined ? [] : [output])]) {
          new Image().src = src;
        }
      },
      // Asked for in earnest, the details tell their failure themselves.
      () => undefined,
    );
  }, [tile, details]);
}
