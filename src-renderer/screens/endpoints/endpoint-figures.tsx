/** How an endpoint does now: what stands against its limits, how it answers, what it cost, and its last hour. */
import type { EndpointView } from '@shared/contract';
import { FAILURES } from '@shared/model/failure';
import { formatClock, formatShortCount, formatUsd } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Sparkline } from '../../ui/sparkline';
import { useNow } from '../../ui/use-now';
import { gaugeWords, isFull, latencyWords, REST_WORDS, successWords } from './endpoint-words';

export function EndpointFigures({ view }: { readonly view: EndpointView }) {
  const { health, metrics } = view;
  const { gauges } = health;
  const figures: readonly (readonly [string, string, boolean?])[] = [
    ['this minute', gaugeWords(gauges.minute), isFull(gauges.minute)],
    ['today', gaugeWords(gauges.today), isFull(gauges.today)],
    ['tokens a minute', gaugeWords(gauges.tokens, formatShortCount), isFull(gauges.tokens)],
    ['in flight', gaugeWords(gauges.inFlight), isFull(gauges.inFlight)],
    ['success', successWords(health.succeeded, health.failed)],
    ['p50 / p95', latencyWords(metrics.p50Ms, metrics.p95Ms)],
    ['spent today', formatUsd(metrics.spentTodayUsd)],
  ];
  return (
    <section aria-label="How it does" className="pad figures">
      <ul aria-label="Figures" className="stats">
        {figures.map(([word, figure, isAtLimit]) => (
          <li className={isAtLimit === true ? 'at-limit' : undefined} key={word}>
            <b>{figure}</b>
            {word}
            {isAtLimit === true && <span className="sr-only">, at its limit</span>}
          </li>
        ))}
      </ul>
      {metrics.hour.some(({ ok, failed }) => ok + failed > 0) && (
        <Sparkline label="Last hour" minutes={metrics.hour} />
      )}
      <Rest view={view} />
      <LastFailure view={view} />
    </section>
  );
}

function Rest({ view }: { readonly view: EndpointView }) {
  const { rest } = view.health;
  const now = useNow(rest !== undefined);
  if (rest === undefined || rest.until <= now) {
    return null;
  }
  return (
    <Notice tone="warn">
      Resting for <span className="num">{formatClock((rest.until - now) / 1000)}</span>.{' '}
      {REST_WORDS[rest.reason]} Reset tries it now.
    </Notice>
  );
}

function LastFailure({ view }: { readonly view: EndpointView }) {
  const failure = view.health.lastFailure;
  if (failure === undefined) {
    return null;
  }
  const status = failure.httpStatus === undefined ? '' : ` (${failure.httpStatus})`;
  return (
    <p className="hint clip last-failure" title={`${failure.message} ${FAILURES[failure.kind].remedy}`}>
      Last failure: <b>{FAILURES[failure.kind].title}</b>
      {status}, {failure.message}
    </p>
  );
}
