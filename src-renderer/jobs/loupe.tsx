/**
 * A close look at one job after another: the pair as large as the window allows, its instruction above, keys below. The
 * list below follows it, and takes the focus where it ends.
 */
import type { JobDetail, JobTile } from '@shared/model/run';
import { FAILURES } from '@shared/model/failure';
import { useEffect } from 'react';
import type { KeyboardEvent } from 'react';
import { obeyCompareKey } from '../compare/compare-model';
import { JobCompare } from '../compare/job-compare';
import { actsOf, useCompare } from '../compare/use-compare';
import type { CompareState } from '../compare/use-compare';
import { actOf } from '../keys/key-line';
import type { ActOf } from '../keys/key-line';
import { LOUPE_KEYS } from '../keys/picture-keys';
import { PictureTools } from '../pictures/picture-tools';
import { useModel } from '../state/app-model';
import { useJobDetail } from '../state/job-details';
import { useModal } from '../ui/dialog';
import { formatCount } from '../ui/format';
import { FAILURE_NOTES, JOB_STATES } from './job-words';
import './loupe.css';
import { Keys } from '../ui/keys';

interface LoupeProps {
  readonly offset: number;
  readonly count: number;
  tileAt(offset: number): JobTile | undefined;
  onMove(offset: number): void;
  onClose(): void;
}

export function Loupe({ offset, count, tileAt, onMove, onClose }: LoupeProps) {
  const dialog = useModal(onClose, { keepsFocus: true });
  const compare = useCompare();
  const tile = tileAt(offset);
  const state = useJobDetail(tile);
  usePreload(tileAt(offset + 1));
  usePreload(tileAt(offset - 1));
  // The keys work at once, whichever button the browser would have chosen.
  useEffect(() => dialog.current?.focus(), [dialog]);

  const move = (step: number) => onMove(Math.min(count - 1, Math.max(0, offset + step)));
  const acts: Readonly<Record<ActOf<typeof LOUPE_KEYS>, () => void>> = {
    next: () => move(1),
    previous: () => move(-1),
    leave: onClose,
  };

  function onKeyDown(event: KeyboardEvent): void {
    const isOnSlider = event.target instanceof HTMLInputElement;
    const isOnButton = event.target instanceof HTMLButtonElement;
    const act = actOf(LOUPE_KEYS, event);
    // The slider keeps its arrows and a focused button its space bar.
    if (act === undefined) {
      if (obeyCompareKey(event, actsOf(compare))) {
        event.preventDefault();
      }
    } else if (!(isOnSlider && event.key.startsWith('Arrow')) && !(isOnButton && event.key === ' ')) {
      event.preventDefault();
      // Held, the space bar that opened it would end it at once, and open it again.
      if (!(event.repeat && act === 'leave')) {
        acts[act]();
      }
    }
  }

  return (
    <dialog
      aria-label="Close look"
      className="loupe"
      onBlur={() => compare.onBlink(false)}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key === '\\' && compare.onBlink(false)}
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
        {tile?.resultId !== undefined && (
          <PictureTools picture={{ kind: 'result', resultId: tile.resultId }} />
        )}
        <button className="btn ghost" onClick={onClose} type="button">
          Close <Keys press="Esc" />
        </button>
      </header>
      <div className="loupe-stage">
        {state.kind === 'ready' && <Stage compare={compare} detail={state.detail} />}
        {state.kind === 'failed' && <p role="alert">{state.sentence}</p>}
      </div>
      <footer className="loupe-foot">
        <button aria-disabled={offset === 0} className="btn" onClick={() => move(-1)} type="button">
          Previous <Keys press="←" />
        </button>
        <button aria-disabled={offset >= count - 1} className="btn" onClick={() => move(1)} type="button">
          Next <Keys press="→" />
        </button>
      </footer>
    </dialog>
  );
}

interface StageProps {
  readonly detail: JobDetail;
  readonly compare: CompareState;
}

function Stage({ detail, compare }: StageProps) {
  const { job, failure } = detail;
  return (
    <JobCompare
      {...compare}
      detail={detail}
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
    />
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
