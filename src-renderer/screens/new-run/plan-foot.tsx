/** The plan in one line, what stands in its way, and the button that starts it. */
import { isDemoModel } from '@shared/demo';
import type { Plan, PreflightReport } from '@shared/model/plan';
import type { Caps } from '@shared/model/run';
import { nextStep, unsentColumns } from '../../state/new-run-draft';
import type { Draft } from '../../state/new-run-draft';
import { priceWords } from '../../jobs/job-price';
import { formatCount, formatUsd, plural } from '../../ui/format';
import { LockedKeys } from '../../ui/locked-keys';
import { Notice } from '../../ui/notice';
import type { PlanState } from './use-plan';
import type { Preflight } from './use-preflight';
import { CANARY_ROWS } from './use-start-run';
import type { StartRun } from './use-start-run';
import { Keys } from '../../ui/keys';

interface PlanFootProps {
  readonly draft: Draft;
  readonly plan: PlanState;
  readonly start: StartRun;
  readonly preflight: Preflight;
  /** Goes to what the check found. */
  onLook(): void;
}

export function PlanFoot({ draft, plan, start, preflight, onLook }: PlanFootProps) {
  const next = nextStep(draft);
  const problem = start.action.error?.sentence ?? (next === null ? plan.refused?.sentence : undefined);
  const shown = next === null ? plan.plan : null;
  const unsent = unsentColumns(draft);
  return (
    <footer className="plan-foot">
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      {!draft.models.every(isDemoModel) && (
        <LockedKeys>Your keys are locked: the passphrase is asked for before the run starts.</LockedKeys>
      )}
      {shown?.blockers.map((sentence) => (
        <Notice key={sentence} tone="bad">
          {sentence}
        </Notice>
      ))}
      {shown?.warnings.map((sentence) => (
        <Notice key={sentence} tone="warn">
          {sentence}
        </Notice>
      ))}
      {shown !== null &&
        !start.isResume &&
        capWarnings(shown, draft.caps).map((sentence) => (
          <Notice key={sentence} tone="warn">
            {sentence}
          </Notice>
        ))}
      {unsent.length > 0 && (
        <Notice tone="warn">
          The pictures of {unsent.map((column) => `“${column}”`).join(', ')} are not sent: this run generates
          from text alone.
        </Notice>
      )}
      {shown !== null && preflight.kind === 'done' && (
        <FoundProblems onLook={onLook} report={preflight.report} />
      )}
      <div className="row">
        <p aria-live="polite" className="grow plan-sentence">
          {AWAITS[start.awaits ?? 'nothing'] ?? next ?? planWords({ draft, plan, start })}
        </p>
        {shown !== null && shown.rows > CANARY_ROWS && !start.isResume && (
          <button
            className="btn large"
            disabled={!start.canStart}
            onClick={start.startCanary}
            title={`Sends the first ${CANARY_ROWS} rows and pauses, so that you can look before the rest is paid for`}
            type="button"
          >
            Try {CANARY_ROWS} rows first
          </button>
        )}
        <button
          aria-keyshortcuts="Control+Enter"
          className="btn primary large"
          disabled={!start.canStart}
          onClick={start.start}
          type="button"
        >
          {runWords(shown, start)}
          <Keys press="Ctrl+Enter" />
        </button>
      </div>
    </footer>
  );
}

/** What a start that was asked for waits for. */
const AWAITS: Readonly<Record<'file' | 'plan' | 'nothing', string | null>> = {
  file: 'Still reading the file; the run starts when that is done. Press Esc or change anything above to call it off.',
  plan: 'Working out the plan; the run starts as soon as it is ready. Press Esc or change anything above to call it off.',
  nothing: null,
};

function planWords({ draft, plan, start }: Pick<PlanFootProps, 'draft' | 'plan' | 'start'>): string {
  if (start.question !== null) {
    return start.question;
  }
  return plan.plan === null ? ' ' : planSentence(plan.plan, draft);
}

function runWords(plan: Plan | null, { isResume }: StartRun): string {
  if (isResume) {
    return 'Resume the run';
  }
  return plan === null ? 'Run' : `Run ${plural(plan.rows, 'row')}`;
}

interface FoundProps {
  readonly report: PreflightReport;
  onLook(): void;
}

/** Rows with problems stop nobody, but nobody should find them out by paying for the others. */
function FoundProblems({ report, onLook }: FoundProps) {
  const first = report.problems[0];
  if (first === undefined) {
    return null;
  }
  const others = report.problems.length - 1;
  return (
    <Notice
      action={
        <button className="btn small ghost" onClick={onLook} type="button">
          Look
        </button>
      }
      tone="warn"
    >
      {plural(first.count, 'row')}: {first.message}
      {others > 0 && ` And ${plural(others, 'other kind')} of problem.`}
    </Notice>
  );
}

/** `24 rows × 1 model × 2 pictures = 48 pictures, about $1.92`. */
export function planSentence(plan: Plan, draft: Pick<Draft, 'models' | 'variants' | 'task'>): string {
  const thing = draft.task === 'text' ? 'answer' : 'picture';
  const factors = [
    plural(plan.rows, 'row'),
    plural(draft.models.length, 'model'),
    plural(draft.variants, thing),
  ].join(' × ');
  return `${factors} = ${plural(plan.jobs, thing)}, ${priceWords(plan.costUsd)}`;
}

/** A cap below what is planned stops nobody, but nobody should find the run paused in the morning either. */
export function capWarnings({ jobs, costUsd }: Pick<Plan, 'jobs' | 'costUsd'>, caps: Caps): string[] {
  const sentences: string[] = [];
  if (caps.costUsd !== undefined && costUsd !== undefined && caps.costUsd < costUsd.high) {
    const cap = `the cost cap of ${formatUsd(caps.costUsd)}`;
    const does = caps.costUsd < costUsd.low ? 'will pause' : 'may pause';
    sentences.push(
      `This run costs ${priceWords(costUsd)}: it ${does} at ${cap}, and goes on once that is raised.`,
    );
  }
  if (caps.requests !== undefined && caps.requests < jobs) {
    sentences.push(
      `This run takes ${plural(jobs, 'request')} or more: it will pause at the request cap of ${formatCount(caps.requests)}, and goes on once that is raised.`,
    );
  }
  return sentences;
}
