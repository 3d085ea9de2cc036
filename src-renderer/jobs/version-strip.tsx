/** The results a job has had, oldest first: looked at beside the present one, and taken back. */
import type { Version } from '@shared/model/review';
import { formatTime, formatUsd } from '../ui/format';
import type { Versions } from './use-versions';
import { Thumbnail } from '../pictures/unreadable';
import './version-strip.css';
import { Keys } from '../ui/keys';

interface VersionStripProps {
  readonly versions: Versions;
  onTakeBack(resultId: number): void;
  /** Shown on the buttons; absent where no keys lead here. */
  readonly hasKeys?: boolean;
}

export function VersionStrip({ versions, onTakeBack, hasKeys = false }: VersionStripProps) {
  const { versions: all, looked, look } = versions;
  if (all.length === 0) {
    return null;
  }
  const oldestFirst = [...all].reverse();
  return (
    <section aria-label="Versions" className="versions">
      <b>Versions {hasKeys && <Keys press="V" />}</b>
      <div aria-label="Which version is looked at" className="row" role="group">
        {oldestFirst.map((version, at) => (
          <button
            aria-pressed={version.isCurrent ? looked === null : looked?.resultId === version.resultId}
            key={version.resultId}
            onClick={() => look(version.isCurrent ? null : version.resultId)}
            title={version.instruction}
            type="button"
          >
            <Thumbnail src={version.thumbnail} />
            <span>{version.isCurrent ? 'Now' : `Version ${at + 1}`}</span>
          </button>
        ))}
      </div>
      {looked !== null && (
        <>
          <p className="version-facts">
            <span className="clip" title={looked.instruction}>
              {looked.instruction ?? 'Its instruction was not noted.'}
            </span>
            <span className="hint">{factsOf(looked)}</span>
          </p>
          <button className="btn small" onClick={() => onTakeBack(looked.resultId)} type="button">
            Restore this version {hasKeys && <Keys press="T" />}
          </button>
        </>
      )}
    </section>
  );
}

function factsOf({ model, endpointName, costUsd, madeAt, review }: Version): string {
  return [
    review?.verdict,
    model,
    endpointName,
    costUsd === undefined ? undefined : formatUsd(costUsd),
    madeAt === undefined ? undefined : formatTime(madeAt),
  ]
    .filter((fact) => fact !== undefined)
    .join(', ');
}
