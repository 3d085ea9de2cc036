/** Who won how often, as a picture: a mark on a bar, and how far the truth may lie from it. */
import type { Arena, ArenaOutcome, Standing } from '@shared/model/arena';
import { PLAIN_EXPORT } from '@shared/model/export';
import { EVERYTHING } from '@shared/model/gallery';
import { useEffect, useState } from 'react';
import { useKeys } from '../../keys/use-keys';
import { EXPORT_KEYS } from '../../keys/work-keys';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { DecidedPairs } from './decided-pairs';
import { keyWords } from '../../ui/keys';

interface OutcomeProps {
  readonly arena: Arena;
  readonly isOver: boolean;
}

export function Outcome({ arena, isOver }: OutcomeProps) {
  const { backend } = useModel();
  const [outcome, setOutcome] = useState<ArenaOutcome | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    backend.client.arena.outcome({ arenaId: arena.id }).then(
      (found) => isShown && setOutcome(found),
      (failure: unknown) => isShown && setError(sentenceOf(failure)),
    );
    return () => {
      isShown = false;
    };
  }, [backend, arena.id]);
  if (error !== null) {
    return <Notice tone="bad">{error}</Notice>;
  }
  return outcome === null ? null : (
    <div className="outcome">
      <div className="row">
        <h2 className="grow">{isOver ? 'Result' : 'Result so far'}</h2>
        <ExportPairs arena={arena} isOff={outcome.decided === outcome.ties} />
      </div>
      <p className="hint num">
        {plural(outcome.decided, 'pair')} decided, {formatCount(outcome.ties)} equal,{' '}
        {formatCount(outcome.skipped)} skipped. {outcome.decided === 0 ? '' : verdictOf(outcome.sides)}
      </p>
      {outcome.decided === 0 ? (
        <div className="empty">
          <p>Nothing is decided yet.</p>
        </div>
      ) : (
        <>
          <Bars label="Win rate" standings={outcome.sides} />
          {outcome.models.length > 0 && <Bars label="By model" standings={outcome.models} />}
          {outcome.endpoints.length > 0 && <Bars label="By endpoint" standings={outcome.endpoints} />}
          <p className="hint outcome-how">
            The mark is the share of comparisons won, an equal pair half; the band is its 95% interval
            (Wilson).
            {outcome.sides.some(({ elo }) => elo !== undefined) &&
              ' The rating is Bradley-Terry on Elo’s scale: 400 points more are odds of ten to one.'}{' '}
            {leaning(outcome)}
          </p>
          <DecidedPairs arena={arena} />
        </>
      )}
    </div>
  );
}

/** What was preferred to what, for training. */
function ExportPairs({ arena, isOff }: { readonly arena: Arena; readonly isOff: boolean }) {
  const { outgoing } = useModel();
  const run = { include: arena.runIds.map(String), exclude: [] };
  const query = { ...EVERYTHING, facets: { run } };
  const start = () =>
    void outgoing.carryOut('Preference pairs', {
      source: { kind: 'selection', selection: { kind: 'matching', query, except: [] } },
      format: 'pairs',
      options: { ...PLAIN_EXPORT, pairs: { verdicts: false, ratings: false, arenaId: arena.id } },
    });
  useKeys(EXPORT_KEYS, { export: isOff ? null : start });
  return (
    <button
      aria-keyshortcuts="Control+E"
      className="btn"
      disabled={isOff}
      onClick={start}
      title={keyWords('Ctrl+E')}
      type="button"
    >
      Export pairs…
    </button>
  );
}

/** What the figures allow to say, and no more. */
function verdictOf(sides: readonly Standing[]): string {
  const [first, second] = sides;
  if (first === undefined || second === undefined) {
    return '';
  }
  return first.low > 0.5
    ? `${first.name} is preferred.`
    : 'The difference may be chance: the intervals include 50%.';
}

function leaning({ leftShare, decided }: ArenaOutcome): string {
  const percent = Math.round(leftShare * 100);
  return decided >= 20 && Math.abs(leftShare - 0.5) > 0.2
    ? `You chose the left one ${percent}% of the time, wherever it came from.`
    : '';
}

function Bars({ label, standings }: { readonly label: string; readonly standings: readonly Standing[] }) {
  return (
    <section aria-label={label}>
      <h3>{label}</h3>
      <ul className="win-rates">
        {standings.map((standing) => (
          <WinRate key={standing.name} {...standing} />
        ))}
      </ul>
    </section>
  );
}

function WinRate({ name, wins, losses, ties, rate, low, high, elo }: Standing) {
  const words = `${percent(rate)}, between ${percent(low)} and ${percent(high)}`;
  return (
    <li>
      <b className="clip" title={name}>
        {name}
      </b>
      <div aria-label={`${name} won ${words}`} className="win-bar" role="img">
        <i className="win-band" style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
        <i className="win-half" />
        <i className="win-mark" style={{ left: `${rate * 100}%` }} />
      </div>
      <span className="num win-figure">{percent(rate)}</span>
      <span className="num hint win-figures">
        {percent(low)} to {percent(high)}; won {formatCount(wins)}, lost {formatCount(losses)}, equal{' '}
        {formatCount(ties)}
        {elo !== undefined && `; rating ${formatCount(elo)}`}
      </span>
    </li>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
