/** What test calls found, key by key: first those that failed. */
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

/** More than this is not read but counted. */
const SHOWN_RESULTS = 24;

export function TestReports({ results, isRunning, onClose }: TestReportsProps) {
  const failed = results.filter(({ report }) => report.kind === 'failed');
  const worked = results.filter(({ report }) => report.kind === 'ok');
  const shown = [...failed, ...worked].slice(0, SHOWN_RESULTS);
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
        {shown.map((result) => (
          <li className="report" key={result.target.key?.id ?? 'endpoint'}>
            <Report {...result} />
          </li>
        ))}
      </ul>
      {results.length > shown.length && (
        <p className="hint">and {formatCount(results.length - shown.length)} more</p>
      )}
      {results.length === 0 && !isRunning && (
        <p className="hint">There is nothing to test with: add a key first.</p>
      )}
    </section>
  );
}

function nameOf({ target }: TestResult): string {
  return target.key === null ? target.endpointName : `${target.key.label} …${target.key.tail}`;
}

const SHOWN_MODELS = 6;

function Report(result: TestResult) {
  const { report } = result;
  if (report.kind === 'failed') {
    const { kind, message } = report.failure;
    return (
      <>
        <Pill tone="bad">{FAILURES[kind].title}</Pill>
        <span className="clip">{nameOf(result)}</span>
        <span className="hint num">{formatSeconds(report.latencyMs)}</span>
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
      <span className="clip">{nameOf(result)}</span>
      <span className="hint num">{formatSeconds(report.latencyMs)}</span>
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
