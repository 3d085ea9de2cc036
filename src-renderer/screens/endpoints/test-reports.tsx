/** What test calls found, first what failed. Keys that found the same share a line. */
import { FAILURES } from '@shared/model/failure';
import { X } from 'lucide-react';
import type { TestResult } from '../../state/key-tests';
import { formatCount, formatSeconds, plural } from '../../ui/format';
import { Pill } from '../../ui/pill';

interface TestReportsProps {
  readonly results: readonly TestResult[];
  readonly isRunning: boolean;
  onClose(): void;
}

/** More lines than this are not read but counted. */
const SHOWN_LINES = 24;

export function TestReports({ results, isRunning, onClose }: TestReportsProps) {
  const failed = results.filter(({ report }) => report.kind === 'failed');
  const worked = results.filter(({ report }) => report.kind === 'ok');
  const lines = folded([...failed, ...worked]);
  const shown = lines.slice(0, SHOWN_LINES);
  const unread = lines.slice(SHOWN_LINES).flat().length;
  return (
    <section aria-label="Test results" className="pad reports" role="status">
      <div className="row">
        <h2 className="legend">Test</h2>
        <span className="hint grow num">
          {formatCount(worked.length)} work, {formatCount(failed.length)} failed
          {isRunning && ', still testing'}
        </span>
        <button
          aria-label="Close the test results"
          className="btn ghost icon small"
          onClick={onClose}
          type="button"
        >
          <X aria-hidden="true" size={14} />
        </button>
      </div>
      <ul>
        {shown.map((line) => (
          <li className="report" key={line[0].target.key?.id ?? 'endpoint'}>
            <Report line={line} />
          </li>
        ))}
      </ul>
      {unread > 0 && <p className="hint">and {formatCount(unread)} more</p>}
      {results.length === 0 && !isRunning && (
        <p className="hint">There is nothing to test with: add a key first.</p>
      )}
    </section>
  );
}

/** Results that say the same. */
type Line = readonly [TestResult, ...TestResult[]];

function folded(results: readonly TestResult[]): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const result of results) {
    const { latencyMs: _, ...found } = result.report;
    const what = JSON.stringify(found);
    const before = lines.get(what);
    lines.set(what, before === undefined ? [result] : [...before, result]);
  }
  return [...lines.values()];
}

function nameOf({ target }: TestResult): string {
  return target.key === null ? target.endpointName : `${target.key.label} …${target.key.tail}`;
}

const SHOWN_MODELS = 6;

function Report({ line }: { readonly line: Line }) {
  const [{ report }] = line;
  if (report.kind === 'failed') {
    const { kind, message } = report.failure;
    return (
      <>
        <Pill tone="bad">{FAILURES[kind].title}</Pill>
        <Names line={line} />
        <span className="hint num">{latencies(line)}</span>
        <span className="hint">
          {message} {FAILURES[kind].remedy}
        </span>
      </>
    );
  }
  const shown = report.models.slice(0, SHOWN_MODELS).join(', ');
  const more = report.models.length > SHOWN_MODELS ? ` and ${report.models.length - SHOWN_MODELS} more` : '';
  return (
    <>
      <Pill tone="ok">Works</Pill>
      <Names line={line} />
      <span className="hint num">{latencies(line)}</span>
      <span className="hint" title={report.models.join(', ')}>
        {report.account !== undefined && (
          <>
            <b>account {report.account}</b>.{' '}
          </>
        )}
        {report.detail}{' '}
        {report.models.length > 0 && `${plural(report.models.length, 'model')}: ${shown}${more}.`}
      </span>
    </>
  );
}

function Names({ line }: { readonly line: Line }) {
  const more = line.length - 1;
  return (
    <span className="clip" title={line.map(nameOf).join(', ')}>
      {nameOf(line[0])}
      {more > 0 && ` and ${formatCount(more)} more`}
    </span>
  );
}

/** Of the fastest and the slowest. */
function latencies(line: Line): string {
  const all = line.map(({ report }) => report.latencyMs);
  const fastest = formatSeconds(Math.min(...all));
  const slowest = formatSeconds(Math.max(...all));
  return fastest === slowest ? slowest : `${fastest.replace(' s', '')}–${slowest}`;
}
