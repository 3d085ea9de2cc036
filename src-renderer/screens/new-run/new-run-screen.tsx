/** Source, instruction, output, run: one page, top to bottom, with the plan and the button always in sight. */
import { useMemo, useRef, useState } from 'react';
import { useLive } from '../../state/app-model';
import { requestOf } from '../../state/new-run-draft';
import { CheckSection } from './check-section';
import { onExistingOf } from './existing-output';
import { InstructionSection } from './instruction-section';
import { OutputSection } from './output-section';
import { PlanFoot } from './plan-foot';
import { RunSection } from './run-section';
import { SourceSection } from './source-section';
import { useDraft } from './use-draft';
import { usePlan } from './use-plan';
import { usePreflight } from './use-preflight';
import { useStartRun } from './use-start-run';
import './new-run.css';

const STEPS = ['Source', 'Instruction', 'Output', 'Run', 'Check'] as const;
type Step = (typeof STEPS)[number];

export function NewRunScreen() {
  const view = useDraft();
  const { draft } = view;
  const models = useLive((state) => state.models);
  // The same request as long as nothing of it changes, so that what depends on it rests.
  const request = useMemo(() => requestOf(draft, models), [draft, models]);
  const plan = usePlan(request, view.dataset?.rows ?? 0);
  const existing = draft.outputGrant === null ? undefined : plan.plan?.existing;
  const start = useStartRun({
    request,
    plan,
    onExisting: onExistingOf(existing, draft.onExisting),
    draft,
    isReading: view.dataset?.importing === true,
  });
  const isRead = view.dataset?.importing === false && plan.refused === null;
  const check = usePreflight(request, isRead ? (plan.plan?.rows ?? null) : null);
  const sections = useRef(new Map<Step, HTMLElement>());
  const [current, setCurrent] = useState<Step>('Source');
  const done: Readonly<Record<Step, boolean>> = {
    Source: view.dataset !== undefined,
    Instruction: draft.instruction.trim() !== '',
    Output: draft.models.length > 0,
    Run: false,
    Check: check.preflight.kind === 'done' && check.preflight.report.problems.length === 0,
  };
  const hold = (step: Step) => (element: HTMLElement | null) => {
    if (element !== null) {
      sections.current.set(step, element);
    }
  };
  const goTo = (step: Step) => {
    setCurrent(step);
    sections.current.get(step)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  };
  return (
    <>
      <header className="head row">
        <h1 className="grow">New run</h1>
        <StepRail current={current} done={done} onChoose={goTo} />
      </header>
      <div
        className="scroll"
        onScroll={(event) => setCurrent(stepInView(event.currentTarget, sections.current))}
      >
        <section aria-label="Source" className="step" ref={hold('Source')}>
          <SourceSection view={view} />
        </section>
        {view.dataset !== undefined && (
          <>
            <section aria-label="Instruction" className="step" ref={hold('Instruction')}>
              <InstructionSection view={view} />
            </section>
            <section aria-label="Output" className="step" ref={hold('Output')}>
              <OutputSection existing={existing} view={view} />
            </section>
            <section aria-label="Run" className="step" ref={hold('Run')}>
              <RunSection refused={plan.refused} view={view} />
            </section>
            <section aria-label="Check" className="step" ref={hold('Check')}>
              <CheckSection check={check} plan={request === null ? null : plan.plan} view={view} />
            </section>
          </>
        )}
      </div>
      <PlanFoot
        draft={draft}
        onLook={() => goTo('Check')}
        plan={plan}
        preflight={check.preflight}
        start={start}
      />
    </>
  );
}

/** The last step whose beginning has come into the upper third. */
function stepInView(scroller: HTMLElement, sections: ReadonlyMap<Step, HTMLElement>): Step {
  const line = scroller.getBoundingClientRect().top + scroller.clientHeight / 3;
  const passed = STEPS.filter(
    (step) => (sections.get(step)?.getBoundingClientRect().top ?? Infinity) <= line,
  );
  const isAtEnd =
    scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 4 && sections.size > 1;
  return isAtEnd ? 'Check' : (passed.at(-1) ?? 'Source');
}

interface StepRailProps {
  readonly current: Step;
  readonly done: Readonly<Record<Step, boolean>>;
  onChoose(step: Step): void;
}

function StepRail({ current, done, onChoose }: StepRailProps) {
  return (
    <nav aria-label="Steps">
      <ol className="rail">
        {STEPS.map((step, at) => (
          <li key={step}>
            <button
              aria-current={step === current ? 'step' : undefined}
              onClick={() => onChoose(step)}
              type="button"
            >
              <span className={done[step] ? 'rail-mark done' : 'rail-mark'}>{done[step] ? '✓' : at + 1}</span>
              {step}
              {done[step] && <span className="sr-only">, ready</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
