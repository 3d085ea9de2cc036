/** Step 5: what the run would do, and every row checked as far as it can be without sending. */
import type { Plan, PreflightProblem, PreflightReport } from '@shared/model/plan';
import { priceWords } from '../../jobs/job-price';
import { formatBytes, formatCount, formatDuration, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Mark } from '../../ui/pill';
import { ProgressBar } from '../../ui/progress-bar';
import type { DraftView } from './use-draft';
import type { Preflight, PreflightView } from './use-preflight';

interface CheckSectionProps {
  readonly plan: Plan | null;
  readonly check: PreflightView;
  readonly view: DraftView;
}

export function CheckSection({ plan, check, view }: CheckSectionProps) {
  const { preflight } = check;
  const report = preflight.kind === 'checking' || preflight.kind === 'done' ? preflight.report : null;
  return (
    <>
      <h2>Check</h2>
      {plan === null ? (
        <p className="hint">
          Once source, instruction and model are chosen, this says what the run would do.
        </p>
      ) : (
        <Estimate plan={plan} report={report} />
      )}
      <CheckState check={check} preflight={preflight} rows={plan?.rows ?? 0} />
      {report !== null && report.problems.length > 0 && <Problems report={report} view={view} />}
    </>
  );
}

function Estimate({ plan, report }: { readonly plan: Plan; readonly report: PreflightReport | null }) {
  const figures: readonly (readonly [string, string])[] = [
    [formatCount(plan.jobs), plan.jobs === 1 ? 'request' : 'requests'],
    [priceWords(plan.costUsd), 'by list prices'],
    [
      plan.seconds === undefined ? 'not known yet' : durationRange(plan.seconds),
      'by measured rates and limits',
    ],
    ...(report === null || report.inputBytes === 0
      ? []
      : [[formatBytes(report.inputBytes), report.done ? 'of files to send' : 'of files so far'] as const]),
  ];
  return (
    <dl aria-label="Estimate" className="estimate">
      {figures.map(([figure, word]) => (
        <div key={word}>
          <dd>{figure}</dd>
          <dt>{word}</dt>
        </div>
      ))}
    </dl>
  );
}

/** `about 4 min`, `2 to 5 min`. */
export function durationRange({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [formatDuration(low), formatDuration(high)];
  return from === to ? `about ${to}` : `${from} to ${to}`;
}

interface StateProps {
  readonly check: PreflightView;
  readonly preflight: Preflight;
  readonly rows: number;
}

function CheckState({ check, preflight, rows }: StateProps) {
  switch (preflight.kind) {
    case 'none':
      return null;
    case 'offered':
      return (
        <div className="row">
          <span className="hint grow">
            Files are looked for and measured; nothing is sent and nothing is charged.
          </span>
          <button className="btn" onClick={check.check} type="button">
            Check {plural(rows, 'row')}
          </button>
        </div>
      );
    case 'checking':
      return <Checking check={check} report={preflight.report} rows={rows} />;
    case 'failed':
      return (
        <Notice
          action={
            <button className="btn small" onClick={check.check} type="button">
              Check again
            </button>
          }
          tone="bad"
        >
          {preflight.sentence}
        </Notice>
      );
    case 'done':
      return <Checked report={preflight.report} />;
  }
}

interface CheckingProps {
  readonly check: PreflightView;
  readonly report: PreflightReport | null;
  readonly rows: number;
}

function Checking({ check, report, rows }: CheckingProps) {
  const checked = report?.checked ?? 0;
  const total = report?.total ?? rows;
  return (
    <div className="row check-line">
      <ProgressBar
        label="Rows checked"
        segments={[{ tone: 'info', count: checked }]}
        settled={checked}
        total={total}
      />
      <span className="num">
        {formatCount(checked)} of {plural(total, 'row')} checked
      </span>
      <span className="grow" />
      <button className="btn small ghost" onClick={check.stop} type="button">
        Stop checking
      </button>
    </div>
  );
}

function Checked({ report }: { readonly report: PreflightReport }) {
  const bad = report.problems.reduce((sum, problem) => sum + problem.count, 0);
  const words =
    bad === 0
      ? `${plural(report.checked, 'row')} checked: no problems found.`
      : `${plural(report.checked, 'row')} checked: ${plural(bad, 'problem')}. Rows with a problem fail without being sent, or are refused by the provider; the others run.`;
  return (
    <p aria-live="polite" className="row check-line">
      <Mark tone={bad === 0 ? 'ok' : 'warn'} />
      {words}
    </p>
  );
}

function Problems({ report, view }: { readonly report: PreflightReport; readonly view: DraftView }) {
  return (
    <ul aria-label="Problems of rows" className="problems check-problems">
      {report.problems.map((problem) => (
        <ProblemItem key={problem.message} problem={problem} view={view} />
      ))}
    </ul>
  );
}

/** Rows named beside a problem; the others are like them. */
const SHOWN_ROWS = 5;

function ProblemItem({ problem, view }: { readonly problem: PreflightProblem; readonly view: DraftView }) {
  const shown = problem.rows.slice(0, SHOWN_ROWS);
  return (
    <li>
      <span className="num">{plural(problem.count, 'row')}</span>
      <span>
        {problem.message}{' '}
        {shown.map((row) => (
          <button
            aria-label={`Look at row ${row}`}
            className="link num"
            key={row}
            onClick={() => view.change({ previewRow: row })}
            title="Show this row in the inspector"
            type="button"
          >
            {formatCount(row)}
          </button>
        ))}
        {problem.count > shown.length && ' …'}
      </span>
    </li>
  );
}
