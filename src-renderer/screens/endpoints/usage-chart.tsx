/** One bar for each day: what it cost, or how much was sent; what was possibly charged stands on top in a lighter tone. */
import type { Used } from '@shared/model/usage';
import { useState } from 'react';
import { formatCount, formatUsd, plural } from '../../ui/format';

export interface UsedDay extends Used {
  /** Local midnight, milliseconds since 1970. */
  readonly startsAt: number;
}

export type UsageMeasure = 'cost' | 'requests';

interface UsageChartProps {
  readonly measure: UsageMeasure;
  /** Oldest first; the last one is today. */
  readonly days: readonly UsedDay[];
  readonly sum: Used;
}

export function UsageChart({ measure, days, sum }: UsageChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = pointed === null ? undefined : days[pointed];
  const top = Math.max(...days.map((day) => partsOf(day, measure).whole), 0);
  const [first] = days;
  return (
    <figure className="usage-chart">
      <figcaption className="row">
        <span className="legend">
          {shown === undefined ? `Last ${plural(days.length, 'day')}` : dayWords(shown.startsAt)}
        </span>
        <span className="hint" role="status">
          {usedWords(shown ?? sum)}
        </span>
        <span className="grow" />
        {measure === 'cost' && sum.maybeUsd > 0 && (
          <span className="hint usage-key">
            <i className="usage-known" /> charged <i className="usage-maybe" /> possibly charged
          </span>
        )}
      </figcaption>
      <div
        aria-label={`${measure === 'cost' ? 'Cost' : 'Requests'} by day: ${usedWords(sum)}`}
        className="usage-plot"
        onPointerLeave={() => setPointed(null)}
        role="img"
      >
        <span className="hint num usage-top">{top > 0 && figureWords(top, measure)}</span>
        {days.map((day, at) => {
          const { known, maybe } = partsOf(day, measure);
          return (
            <div
              className={at === pointed ? 'usage-day is-pointed' : 'usage-day'}
              key={day.startsAt}
              onPointerEnter={() => setPointed(at)}
            >
              <Part className="usage-maybe" share={maybe / top} />
              <Part className="usage-known" share={known / top} />
            </div>
          );
        })}
      </div>
      <div className="row hint num usage-ends">
        <span className="grow">{first !== undefined && dayWords(first.startsAt)}</span>
        <span>Today</span>
      </div>
    </figure>
  );
}

/** `share`: of the highest day. */
function Part({ className, share }: { readonly className: string; readonly share: number }) {
  return share > 0 ? <b className={className} style={{ height: `${share * 100}%` }} /> : null;
}

function partsOf({ requests, costUsd, maybeUsd }: Used, measure: UsageMeasure) {
  const maybe = measure === 'cost' ? Math.max(0, maybeUsd) : 0;
  const known = measure === 'cost' ? costUsd : requests;
  return { known, maybe, whole: known + maybe };
}

export function usedWords({ requests, costUsd, maybeUsd }: Used): string {
  const parts = [plural(requests, 'request'), formatUsd(costUsd)];
  return [...parts, ...(maybeUsd > 0 ? [`${formatUsd(maybeUsd)} possibly charged`] : [])].join(', ');
}

function figureWords(value: number, measure: UsageMeasure): string {
  return measure === 'cost' ? formatUsd(value) : formatCount(value);
}

function dayWords(at: number): string {
  return new Date(at).toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short' });
}
