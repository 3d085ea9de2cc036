/** The plan in one line, what stands in its way, and the button that starts it. */
import type { Plan } from '@shared/contract';
import { nextStep } from '../../state/new-run-draft';
import type { Draft } from '../../state/new-run-draft';
import { formatUsdRange, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import type { PlanState } from './use-plan';
import type { StartRun } from './use-start-run';

interface PlanFootProps {
  readonly draft: Draft;
  readonly plan: PlanState;
  readonly start: StartRun;
}

export function PlanFoot({ draft, plan, start }: PlanFootProps) {
  const next = nextStep(draft);
  const problem = start.action.error?.sentence ?? (next === null ? plan.refused?.sentence : undefined);
  const shown = next === null ? plan.plan : null;
  return (
    <footer className="plan-foot">
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
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
      <div className="row">
        <p aria-live="polite" className="grow plan-sentence">
          {next ?? (shown === null ? ' ' : planSentence(shown, draft))}
        </p>
        <button
          aria-keyshortcuts="Control+Enter"
          className="btn primary large"
          disabled={!start.canStart}
          onClick={start.start}
          type="button"
        >
          {shown === null ? 'Run' : `Run ${plural(shown.rows, 'row')}`}
          <kbd>Ctrl Enter</kbd>
        </button>
      </div>
    </footer>
  );
}

/** `24 rows x 1 model x 2 images = 48 images, about $1.92`. */
export function planSentence(plan: Plan, draft: Pick<Draft, 'models' | 'variants'>): string {
  const factors = [
    plural(plan.rows, 'row'),
    plural(draft.models.length, 'model'),
    plural(draft.variants, 'image'),
  ].join(' x ');
  const cost = plan.costUsd;
  const price = cost === undefined ? 'price not known' : costWords(cost);
  return `${factors} = ${plural(plan.jobs, 'image')}, ${price}`;
}

function costWords({ low, high }: { readonly low: number; readonly high: number }): string {
  return high === 0 ? 'free' : `about ${formatUsdRange(low, high)}`;
}
