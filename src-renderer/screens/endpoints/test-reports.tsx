/** What a test call found, key by key. */
import { FAILURES } from '@shared/model/failure';
import type { KeyInfo, TestReport } from '@shared/model/endpoint';
import { X } from 'lucide-react';
import { formatSeconds, plural } from '../../ui/format';
import { Pill } from '../../ui/pill';
import type { EndpointTest } from './endpoints-screen';

interface TestReportsProps {
  readonly tests: EndpointTest;
  readonly keys: readonly KeyInfo[];
  onClose(): void;
}

export function TestReports({ tests, keys, onClose }: TestReportsProps) {
  return (
    <section aria-label="Test results" className="pad reports" role="status">
      <div className="row">
        <h2 className="legend grow">Test</h2>
        <button
          aria-label="Close the test results"
          className="btn ghost icon small"
          onClick={onClose}
          type="button"
        >
          <X aria-hidden="true" size={14} />
        </button>
      </div>
      <ul className="stack">
        {tests.map(({ keyId, report }) => (
          <li key={keyId ?? 'endpoint'}>
            <Report name={nameOf(keys.find((key) => key.id === keyId))} report={report} />
          </li>
        ))}
      </ul>
      {tests.length === 0 && <p className="hint">There is nothing to test with: add a key first.</p>}
    </section>
  );
}

function nameOf(key: KeyInfo | undefined): string {
  return key === undefined ? '' : `${key.label} …${key.tail}`;
}

const SHOWN_MODELS = 6;

function Report({ name, report }: { readonly name: string; readonly report: TestReport }) {
  if (report.kind === 'failed') {
    const { kind, message } = report.failure;
    return (
      <>
        <div className="row">
          <Pill tone="bad">{FAILURES[kind].title}</Pill>
          <span>{name}</span>
          <span className="hint num">{formatSeconds(report.latencyMs)}</span>
        </div>
        <p className="hint">
          {message} {FAILURES[kind].remedy}
        </p>
      </>
    );
  }
  const shown = report.models.slice(0, SHOWN_MODELS).join(', ');
  const more = report.models.length > SHOWN_MODELS ? ` and ${report.models.length - SHOWN_MODELS} more` : '';
  return (
    <>
      <div className="row">
        <Pill tone="ok">Works</Pill>
        <span>{name}</span>
        <span className="hint num">{formatSeconds(report.latencyMs)}</span>
      </div>
      <p className="hint">
        {report.detail}{' '}
        {report.models.length > 0 && `${plural(report.models.length, 'model')}: ${shown}${more}.`}
      </p>
    </>
  );
}
