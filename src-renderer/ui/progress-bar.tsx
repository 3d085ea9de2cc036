/** A bar of segments: done, failed, in flight; the rest is still to come. */
import type { Tone } from './pill';

export interface Segment {
  readonly tone: Tone;
  readonly count: number;
}

interface ProgressBarProps {
  readonly label: string;
  readonly total: number;
  readonly segments: readonly Segment[];
  /** How many of the total are over with. */
  readonly settled: number;
}

export function ProgressBar({ label, total, segments, settled }: ProgressBarProps) {
  return (
    <div
      aria-label={label}
      aria-valuemax={total}
      aria-valuemin={0}
      aria-valuenow={settled}
      aria-valuetext={`${settled} of ${total}`}
      className="bar"
      role="progressbar"
    >
      {segments.map(({ tone, count }) => (
        <b className={tone} key={tone} style={{ width: `${total === 0 ? 0 : (100 * count) / total}%` }} />
      ))}
    </div>
  );
}
