/** What was sent through an endpoint, or through all of them, and what it cost: by day, and by key and model. */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo } from '@shared/model/endpoint';
import { addUsed, type KeyUsage, type Usage, UNUSED, type Used } from '@shared/model/usage';
import { useMemo, useState } from 'react';
import { useLive } from '../../state/app-model';
import { formatCount, formatPercent, formatUsd } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ScopeChips } from './scope-chips';
import { UsageChart, type UsageMeasure, type UsedDay } from './usage-chart';
import { useUsage } from './use-usage';
import './usage.css';

const SPANS = [7, 30, 90, 365] as const;
const PAGE = 100;

export function UsagePanel({ view }: { readonly view: EndpointView }) {
  const [isOfAll, setOfAll] = useState(false);
  const [days, setDays] = useState<number>(30);
  const answer = useUsage(days);
  return (
    <section aria-label="Usage" className="usage">
      <div className="row toolbar">
        <ScopeChips isOfAll={isOfAll} legend="Whose usage" onChange={setOfAll} />
        <fieldset className="plain chips">
          <legend className="sr-only">Days</legend>
          {SPANS.map((span) => (
            <button
              aria-pressed={span === days}
              className="chip"
              key={span}
              onClick={() => setDays(span)}
              type="button"
            >
              {span} days
            </button>
          ))}
        </fieldset>
      </div>
      {answer.kind === 'failed' && (
        <div className="pad">
          <Notice tone="bad">{answer.sentence}</Notice>
        </div>
      )}
      {answer.kind === 'read' && <Used endpointId={isOfAll ? null : view.endpoint.id} usage={answer.usage} />}
    </section>
  );
}

interface UsedProps {
  /** Null: of all. */
  readonly endpointId: string | null;
  readonly usage: Usage;
}

function Used({ endpointId, usage }: UsedProps) {
  const [chosen, setMeasure] = useState<UsageMeasure | null>(null);
  const days = useMemo(() => daysOf(usage, endpointId), [usage, endpointId]);
  const keys = usage.keys.filter((one) => endpointId === null || one.endpointId === endpointId);
  const sum = days.reduce(addUsed, UNUSED);
  if (sum.requests === 0) {
    return (
      <p className="hint usage-empty">
        Nothing was sent in this time. Requests, what they cost, and what was possibly charged are added up
        here by day and by key.
      </p>
    );
  }
  const measure = chosen ?? (sum.costUsd + sum.maybeUsd > 0 ? 'cost' : 'requests');
  return (
    <>
      <fieldset className="plain chips usage-measures">
        <legend className="sr-only">What the bars show</legend>
        {(['cost', 'requests'] as const).map((one) => (
          <button
            aria-pressed={one === measure}
            className="chip"
            key={one}
            onClick={() => setMeasure(one)}
            type="button"
          >
            {one === 'cost' ? 'Cost' : 'Requests'}
          </button>
        ))}
      </fieldset>
      <UsageChart days={days} measure={measure} sum={sum} />
      <UsageTable isOfAll={endpointId === null} keys={keys} sum={sum} />
      <p className="hint usage-note">
        Every request counts, those that were sent again too. What a provider does not price costs $0.00 here.
      </p>
    </>
  );
}

function daysOf({ days }: Usage, endpointId: string | null): readonly UsedDay[] {
  return days.map(({ startsAt, endpoints }) => ({
    startsAt,
    ...endpoints
      .filter((one) => endpointId === null || one.endpointId === endpointId)
      .reduce<Used>(addUsed, UNUSED),
  }));
}

interface UsageTableProps {
  readonly isOfAll: boolean;
  readonly keys: readonly KeyUsage[];
  readonly sum: Used;
}

function UsageTable({ isOfAll, keys, sum }: UsageTableProps) {
  const views = useLive((state) => state.endpoints);
  const [count, setCount] = useState(PAGE);
  const names = useMemo(() => namesOf(views), [views]);
  const hasMaybe = sum.maybeUsd > 0;
  const whole = sum.costUsd + sum.maybeUsd;
  const shareOf = (one: KeyUsage) =>
    whole > 0 ? (one.costUsd + one.maybeUsd) / whole : one.requests / sum.requests;
  const columns: readonly (readonly [string, string?])[] = [
    ['Key'],
    ...(isOfAll ? [['Endpoint'] as const] : []),
    ['Model'],
    ['Requests', 'is-figure'],
    ['Cost', 'is-figure'],
    ...(hasMaybe ? [['Possibly charged', 'is-figure'] as const] : []),
    [whole > 0 ? 'Share of the cost' : 'Share of the requests', 'usage-share'],
  ];
  return (
    <>
      <table className="table usage-table">
        <caption className="sr-only">By key and model</caption>
        <thead>
          <tr>
            {columns.map(([name, className]) => (
              <th className={className} key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keys.slice(0, count).map((one) => (
            <tr key={`${one.endpointId} ${one.keyId ?? ''} ${one.model}`}>
              <th className="clip" scope="row">
                <KeyName known={one.keyId === null ? null : names.keys.get(one.keyId)} />
              </th>
              {isOfAll && (
                <td className="clip">
                  {names.endpoints.get(one.endpointId) ?? 'an endpoint that was removed'}
                </td>
              )}
              <td className="clip" title={one.model}>
                {one.model}
              </td>
              <td className="num is-figure">{formatCount(one.requests)}</td>
              <td className="num is-figure">{formatUsd(one.costUsd)}</td>
              {hasMaybe && (
                <td className="num is-figure">{one.maybeUsd > 0 ? formatUsd(one.maybeUsd) : ''}</td>
              )}
              <td className="usage-share">
                <span className="bar">
                  <b style={{ width: `${shareOf(one) * 100}%` }} />
                </span>
                <span className="num hint">{formatPercent(shareOf(one))}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {keys.length > count && (
        <button className="btn small usage-more" onClick={() => setCount(count + PAGE)} type="button">
          Show more ({formatCount(keys.length - count)})
        </button>
      )}
    </>
  );
}

function namesOf(views: readonly EndpointView[]) {
  return {
    endpoints: new Map(views.map(({ endpoint }) => [endpoint.id, endpoint.name])),
    keys: new Map(views.flatMap(({ keys }) => keys.map((key) => [key.id, key] as const))),
  };
}

/** Null: none was needed. Undefined: the library has it no more, or it is of a command's environment. */
function KeyName({ known }: { readonly known: KeyInfo | null | undefined }) {
  if (known === null) {
    return <span className="hint">without a key</span>;
  }
  if (known === undefined) {
    return <span className="hint">a key that is not in the library</span>;
  }
  return (
    <>
      {known.label} <span className="hint num">{known.tail === '' ? '' : `…${known.tail}`}</span>
    </>
  );
}
