/** Jobs that were sent and whose answer nobody knows: they may be charged, and are sent again only when a person says so. */
import type { Attempt, JobDetail, JobTile, Run } from '@shared/model/run';
import { useEffect, useState } from 'react';
import { priceOfJobs, priceWords } from '../../jobs/job-price';
import { useLive, useModel, useUi } from '../../state/app-model';
import { useJobDetail } from '../../state/job-details';
import type { RunControls } from '../../state/run-controls';
import { leaveLost, setFilter } from '../../state/ui-store';
import { ConfirmDialog } from '../../ui/dialog';
import { formatCount, formatDateTime, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { useThrottled } from '../../ui/use-throttled';
import { Unplaced } from './unplaced';

interface LostProps {
  readonly run: Run;
  readonly controls: RunControls;
}

export function LostResults({ run, controls }: LostProps) {
  const { ui } = useModel();
  const count = run.counts.unknown;
  const isLeft = useUi((state) => state.leftLost.get(run.id) === count);
  const [isOpen, setOpen] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const title = `${plural(count, 'job')} possibly charged, result lost`;
  if (isLeft) {
    return (
      <div className="row">
        <button className="btn small ghost" onClick={() => leaveLost(ui, run.id, null)} type="button">
          {title}; left as {count === 1 ? 'it is' : 'they are'}. Show again
        </button>
      </div>
    );
  }
  return (
    <section aria-label="Possibly charged, result lost" className="lost-results">
      <Notice
        action={
          <span className="row">
            <button className="btn small ghost" onClick={() => leaveLost(ui, run.id, count)} type="button">
              Leave {count === 1 ? 'it' : 'them'}
            </button>
            <button
              className="btn small"
              disabled={controls.action.isBusy}
              onClick={() => setAsking(true)}
              type="button"
            >
              Send {formatCount(count)} again…
            </button>
          </span>
        }
        tone="warn"
      >
        <button
          aria-expanded={isOpen}
          className="link folding"
          onClick={() => setOpen(!isOpen)}
          type="button"
        >
          {title}
        </button>
        . {count === 1 ? 'It was' : 'They were'} sent, and the answer never arrived.{' '}
        {count === 1 ? 'It is not' : 'None of these is'} sent again unless you choose to.
        <Unplaced run={run} />
      </Notice>
      {isOpen && <LostList run={run} />}
      {isAsking && <SendAgain controls={controls} onClose={() => setAsking(false)} run={run} />}
    </section>
  );
}

function SendAgain({ run, controls, onClose }: LostProps & { onClose(): void }) {
  const models = useLive((state) => state.models);
  const count = run.counts.unknown;
  const price = priceWords(priceOfJobs(count, run.recipe, models));
  return (
    <ConfirmDialog
      action={`Send ${formatCount(count)} again`}
      onClose={onClose}
      onConfirm={() => void controls.rerun({ which: { kind: 'unknown' } })}
      title={`Send ${plural(count, 'job')} again?`}
    >
      The provider may already have charged for {count === 1 ? 'it' : 'them'}. Sending{' '}
      {count === 1 ? 'it' : 'them'} again may be charged a second time: {price}.
      <Unplaced run={run} />
    </ConfirmDialog>
  );
}

const SHOWN = 20;
const REFETCH_MS = 1000;

function LostList({ run }: { readonly run: Run }) {
  const { ui } = useModel();
  const tiles = useLostJobs(run);
  const more = run.counts.unknown - tiles.length;
  return (
    <div className="lost-list">
      <table aria-label="Possibly charged" className="table">
        <thead>
          <tr>
            <th>Row</th>
            <th>Instruction</th>
            <th>Sent</th>
            <th>To</th>
            <th>Model</th>
          </tr>
        </thead>
        <tbody>
          {tiles.map((tile) => (
            <LostRow key={tile.id} tile={tile} />
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <button
          className="link"
          onClick={() => setFilter(ui, run.id, { kind: 'state', state: 'unknown' })}
          type="button"
        >
          and {formatCount(more)} more: show all
        </button>
      )}
    </div>
  );
}

function LostRow({ tile }: { readonly tile: JobTile }) {
  const state = useJobDetail(tile);
  const detail = state.kind === 'ready' ? state.detail : undefined;
  const last = detail === undefined ? undefined : lostAttempt(detail);
  return (
    <tr>
      <td className="num">{tile.variant === 0 ? tile.index : `${tile.index}·${tile.variant + 1}`}</td>
      <td className="clip" title={detail?.instruction}>
        {detail?.instruction ?? ''}
      </td>
      <td className="num">{last === undefined ? '' : formatDateTime(last.sentAt)}</td>
      <td>
        {last?.endpointName}
        {last === undefined || last.keyTail === '' ? '' : ` …${last.keyTail}`}
      </td>
      <td>{last?.model ?? tile.model}</td>
    </tr>
  );
}

/** The one without an answer; it is the last. */
function lostAttempt(detail: JobDetail): Attempt | undefined {
  return detail.attempts.findLast((attempt) => attempt.endedAt === undefined) ?? detail.attempts.at(-1);
}

function useLostJobs(run: Run): readonly JobTile[] {
  const { backend } = useModel();
  const [tiles, setTiles] = useState<readonly JobTile[]>([]);
  const count = useThrottled(run.counts.unknown, REFETCH_MS);
  useEffect(() => {
    let isCurrent = true;
    backend.client.runs.jobs({ runId: run.id, offset: 0, limit: SHOWN, state: 'unknown' }).then(
      ({ jobs }) => isCurrent && setTiles(jobs),
      // The number above still stands; the next change asks again.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, run.id, count]);
  return tiles;
}
