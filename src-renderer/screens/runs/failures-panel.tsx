/** Failures grouped by kind and text, each with examples, its remedy and its rerun; and what was possibly charged for nothing. */
import { isUnderWay, type Run } from '@shared/model/run';
import { useEffect, useState } from 'react';
import { useModel } from '../../state/app-model';
import { useRunControls } from '../../state/run-controls';
import type { RunControls } from '../../state/run-controls';
import { toast } from '../../state/ui-store';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { useThrottled } from '../../ui/use-throttled';
import { FailureKindItem } from './failure-kind';
import type { FailureGroup } from './failure-kind';
import { LostResults } from './lost-results';
import { RerunDialog } from './rerun-dialog';

export function FailuresPanel({ run }: { readonly run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const controls = useRunControls(run);
  const { failed, unknown } = run.counts;
  if (failed + unknown === 0) {
    return null;
  }
  return (
    <section aria-label="Failures" className="failures">
      {unknown > 0 && <LostResults controls={controls} run={run} />}
      {failed > 0 && (
        <div className="row">
          <button
            aria-expanded={isOpen}
            className="btn small ghost folding"
            onClick={() => setOpen(!isOpen)}
            type="button"
          >
            {plural(failed, 'failure')}, why and what to do
          </button>
          <span className="grow" />
          {isOpen && <ExportErrors controls={controls} run={run} />}
          {isOpen && <RerunAll controls={controls} run={run} />}
          {isUnderWay(run) && (
            <button
              className="btn small"
              disabled={controls.action.isBusy}
              onClick={() => void controls.rerun({ which: { kind: 'failed' } })}
              type="button"
            >
              Rerun {formatCount(failed)} failed
            </button>
          )}
        </div>
      )}
      {controls.action.error !== null && <Notice tone="bad">{controls.action.error.sentence}</Notice>}
      {isOpen && failed > 0 && <FailureKinds controls={controls} run={run} />}
    </section>
  );
}

interface PartProps {
  readonly run: Run;
  readonly controls: RunControls;
}

function ExportErrors({ run, controls }: PartProps) {
  const { backend, ui } = useModel();
  return (
    <button
      className="btn small ghost"
      disabled={controls.action.isBusy}
      onClick={() =>
        void controls.action.run(async () => {
          const name = await backend.client.runs.export({ runId: run.id, format: 'failures' });
          if (name !== null) {
            toast(ui, `Exported ${name}`);
          }
        })
      }
      title="The failed rows with their columns, and why each failed"
      type="button"
    >
      Export errors as CSV…
    </button>
  );
}

/** Of one kind alone its own button does it. */
function RerunAll({ run, controls }: PartProps) {
  const [isAsking, setAsking] = useState(false);
  const kinds = Object.values(run.failures).filter((count) => count > 0);
  const { failed } = run.counts;
  return kinds.length < 2 ? null : (
    <>
      <button
        className="btn small ghost"
        disabled={controls.action.isBusy}
        onClick={() => setAsking(true)}
        title="With another instruction, model or endpoint, or as they were"
        type="button"
      >
        Rerun all {formatCount(failed)}…
      </button>
      {isAsking && (
        <RerunDialog
          controls={controls}
          onClose={() => setAsking(false)}
          run={run}
          target={{ which: { kind: 'failed' }, count: failed, what: 'All that failed, of every kind' }}
        />
      )}
    </>
  );
}

function FailureKinds({ run, controls }: PartProps) {
  const groups = useFailureGroups(run);
  const kinds = [...new Set(groups.map((group) => group.kind))];
  return (
    <ul className="failure-groups">
      {kinds.map((kind) => (
        <FailureKindItem
          controls={controls}
          groups={groups.filter((group) => group.kind === kind)}
          key={kind}
          kind={kind}
          run={run}
        />
      ))}
    </ul>
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
