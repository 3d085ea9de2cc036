/** The queue below everything: one line, or unfolded every run that is not over. */
import { isUnderWay, type Run } from '@shared/model/run';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useMemo } from 'react';
import { inFlight } from '../../jobs/job-words';
import { remainingJobs, runSentence } from '../../jobs/run-words';
import { useLive, useModel, useUi } from '../../state/app-model';
import { queuedRuns, queueOf } from '../../state/queue';
import { useRunControls } from '../../state/run-controls';
import { formatCount, plural } from '../../ui/format';
import { useNow } from '../../ui/use-now';
import { CancelDialog } from './cancel-dialog';
import { PauseButton } from './queue-item';
import { QueueList } from './queue-list';
import { RunProgress } from './run-progress';
import { useQueueActs } from './use-queue-acts';
import './queue.css';
import { keyWords } from '../../ui/keys';

export function QueueDock() {
  const { ui } = useModel();
  const runs = useLive((state) => state.runs);
  const isOpen = useUi((state) => state.isDockOpen);
  const queue = useMemo(() => queueOf(runs), [runs]);
  const queued = queuedRuns(queue);
  const now = useNow(queued.some((run) => run.state.kind === 'waiting'));
  const first = queued.find(isUnderWay);
  const Chevron = isOpen ? ChevronDown : ChevronUp;
  return (
    <section aria-label="Queue" className="dock">
      <div className="dock-line">
        <button
          aria-expanded={isOpen}
          aria-keyshortcuts="Control+J"
          className="btn small ghost dock-toggle"
          onClick={() => ui.setState({ isDockOpen: !isOpen })}
          title={`${isOpen ? 'Fold' : 'Unfold'} the queue (${keyWords('Ctrl+J')})`}
          type="button"
        >
          <Chevron aria-hidden="true" size={14} />
          Queue
        </button>
        {first === undefined || isOpen ? (
          <span className="clip">{queueWords(queued)}</span>
        ) : (
          <FirstRun now={now} others={queued.filter((run) => run !== first)} run={first} />
        )}
      </div>
      {isOpen && <QueueList now={now} queue={queue} />}
    </section>
  );
}

/** `2 of 3 runs under way, 1,204 jobs to come`. */
export function queueWords(queued: readonly Run[]): string {
  if (queued.length === 0) {
    return 'Nothing is running';
  }
  const active = queued.filter(isUnderWay).length;
  const toCome = queued.reduce((sum, run) => sum + remainingJobs(run), 0);
  const all = plural(queued.length, 'run');
  const jobs = toCome === 0 ? '' : `, ${plural(toCome, 'job')} to come`;
  return active === 0
    ? `Nothing is running; ${all} paused${jobs}`
    : `${formatCount(active)} of ${all} under way${jobs}`;
}

interface FirstRunProps {
  readonly run: Run;
  readonly others: readonly Run[];
  readonly now: number;
}

function FirstRun({ run, others, now }: FirstRunProps) {
  const controls = useRunControls(run);
  const { acts, isAsking, closeDialog, onKeyDown } = useQueueActs({ run, controls, place: null });
  const isTold = run.state.kind !== 'running' || inFlight(run.counts) === 0;
  const sentence = controls.action.error?.sentence ?? (isTold ? runSentence(run, now) : '');
  return (
    <>
      {/* Its keys are those of the unfolded queue, besides its place there. */}
      <div aria-label={run.name} className="dock-first" data-item={run.id} onKeyDown={onKeyDown} role="group">
        <button className="link clip" onClick={() => acts.open?.()} type="button">
          {run.name}
        </button>
        <RunProgress run={run} />
        <PauseButton controls={controls} run={run} />
      </div>
      {isAsking && <CancelDialog onCancelRun={controls.cancel} onClose={closeDialog} run={run} />}
      {sentence !== '' && (
        <span className="clip" title={sentence}>
          {sentence}
        </span>
      )}
      {others.length > 0 && (
        <span className="clip">
          {plural(others.length, 'more run')}: {others.map((other) => other.name).join(', ')}
        </span>
      )}
    </>
  );
}
