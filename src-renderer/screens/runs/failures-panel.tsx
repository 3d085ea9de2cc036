/** Failures grouped by kind, each with its remedy and its rerun; and jobs that may have been paid for without an answer. */
import { FAILURES } from '@shared/model/failure';
import type { FailureKind } from '@shared/model/failure';
import type { Run } from '@shared/model/run';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Client } from '../../api';
import { useModel } from '../../state/app-model';
import { isActive } from '../../jobs/job-words';
import { setFilter } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ConfirmDialog } from '../../ui/dialog';
import { useThrottled } from '../../ui/use-throttled';

type FailureGroup = Awaited<ReturnType<Client['runs']['failures']>>[number];

export function FailuresPanel({ run }: { readonly run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const { failed, unknown } = run.counts;
  const action = useAction();
  if (failed + unknown === 0) {
    return null;
  }
  return (
    <section aria-label="Failures" className="failures">
      <div className="row">
        {failed > 0 && (
          <button
            aria-expanded={isOpen}
            className="btn small ghost"
            onClick={() => setOpen(!isOpen)}
            type="button"
          >
            {isOpen ? (
              <ChevronDown aria-hidden="true" size={14} />
            ) : (
              <ChevronRight aria-hidden="true" size={14} />
            )}
            {plural(failed, 'failure')}, why and what to do
          </button>
        )}
        <span className="grow" />
        {failed > 0 && isActive(run) && <RerunButton action={action} count={failed} run={run} />}
      </div>
      {unknown > 0 && <UnknownJobs action={action} count={unknown} run={run} />}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {isOpen && failed > 0 && <FailureGroups action={action} run={run} />}
    </section>
  );
}

interface RerunProps {
  readonly run: Run;
  readonly action: Action;
  readonly count: number;
  readonly kind?: FailureKind;
}

function RerunButton({ run, action, count, kind }: RerunProps) {
  const { backend, accept } = useModel();
  const what = kind === undefined ? `${formatCount(count)} failed` : formatCount(count);
  return (
    <button
      aria-label={kind === undefined ? undefined : `Rerun ${count} ${FAILURES[kind].title}`}
      className="btn small"
      disabled={action.isBusy}
      onClick={() =>
        void action.run(async () => {
          const request = { runId: run.id, ...(kind === undefined ? {} : { kind }) };
          accept({ kind: 'run', run: await backend.client.runs.rerunFailed(request) });
        })
      }
      type="button"
    >
      Rerun {what}
    </button>
  );
}

function FailureGroups({ run, action }: { readonly run: Run; readonly action: Action }) {
  const groups = useFailureGroups(run);
  const kinds = [...new Set(groups.map((group) => group.kind))];
  return (
    <ul className="failure-groups">
      {kinds.map((kind) => (
        <FailureKindItem
          action={action}
          groups={groups.filter((group) => group.kind === kind)}
          key={kind}
          kind={kind}
          run={run}
        />
      ))}
    </ul>
  );
}

interface KindProps {
  readonly run: Run;
  readonly action: Action;
  readonly kind: FailureKind;
  readonly groups: readonly FailureGroup[];
}

function FailureKindItem({ run, action, kind, groups }: KindProps) {
  const { ui } = useModel();
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <li>
      <div className="row">
        <button
          aria-label={`Show ${count} ${FAILURES[kind].title}`}
          className="link"
          onClick={() => setFilter(ui, run.id, { kind: 'failure', failure: kind })}
          type="button"
        >
          {FAILURES[kind].title} <span className="num">{formatCount(count)}</span>
        </button>
        <span className="grow clip">{FAILURES[kind].remedy}</span>
        <RerunButton action={action} count={count} kind={kind} run={run} />
      </div>
      <ul className="failure-texts">
        {groups.slice(0, 4).map((group) => (
          <li className="hint clip" key={group.message} title={group.message}>
            <span className="num">{formatCount(group.count)}</span> {group.message}
          </li>
        ))}
      </ul>
    </li>
  );
}

function UnknownJobs({ run, action, count }: Omit<RerunProps, 'kind'>) {
  const { backend, accept, ui } = useModel();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="row">
      <Notice
        action={
          <button
            className="btn small"
            disabled={action.isBusy}
            onClick={() => setAsking(true)}
            type="button"
          >
            Send {formatCount(count)} again…
          </button>
        }
        tone="warn"
      >
        <button
          className="link"
          onClick={() => setFilter(ui, run.id, { kind: 'state', state: 'unknown' })}
          type="button"
        >
          {plural(count, 'job')} possibly charged
        </button>
        . Sent, but the answer was lost when Brushfleet ended; nothing of this is sent again by itself.
      </Notice>
      {isAsking && (
        <ConfirmDialog
          action={`Send ${formatCount(count)} again`}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            void action.run(async () =>
              accept({
                kind: 'run',
                run: await backend.client.runs.resume({ runId: run.id, resendUnknown: true }),
              }),
            )
          }
          title={`Send ${plural(count, 'job')} again?`}
        >
          The provider may already have charged for them. Sending them again may be charged a second time.
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Fetched again when the numbers of failures change, at most once a second. */
const REFETCH_MS = 1000;

function useFailureGroups(run: Run): readonly FailureGroup[] {
  const { backend } = useModel();
  const [groups, setGroups] = useState<readonly FailureGroup[]>([]);
  const version = useThrottled(JSON.stringify(run.failures), REFETCH_MS);
  useEffect(() => {
    let isCurrent = true;
    backend.client.runs.failures({ runId: run.id }).then(
      (answer) => isCurrent && setGroups(answer),
      // The chips above still tell the numbers; the next change asks again.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, run.id, version]);
  return groups;
}
