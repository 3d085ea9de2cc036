/** Before and after: a slider over both, side by side, or one alone. The slider is a native range input over the pictures. */
import { useState } from 'react';
import type { ReactNode } from 'react';

export type CompareMode = 'slider' | 'side' | 'result';
export const COMPARE_MODES: readonly CompareMode[] = ['side', 'slider', 'result'];
export const COMPARE_LABELS: Readonly<Record<CompareMode, string>> = {
  slider: 'Slider',
  side: 'Side by side',
  result: 'Result only',
};

interface CompareProps {
  /** Source pictures; the first is compared, the others are shown beside it. */
  readonly before: readonly string[];
  readonly after: string | undefined;
  /** What stands in place of a result that is not there. */
  readonly instead: ReactNode;
  readonly mode: CompareMode;
  /** While held, the slider and the result give way to the source. */
  readonly isBlinking: boolean;
  readonly alt: string;
}

export function Compare({ before, after, instead, mode, isBlinking, alt }: CompareProps) {
  const source = before[0];
  if (after === undefined) {
    return (
      <div className="compare side">
        {source !== undefined && <Picture alt={`Source of ${alt}`} label="Source" src={source} />}
        <div className="compare-empty">{instead}</div>
      </div>
    );
  }
  if (source === undefined) {
    return (
      <div className="compare one">
        <Picture alt={`Result of ${alt}`} label="Result" src={after} />
      </div>
    );
  }
  if (mode === 'side' && !isBlinking) {
    return (
      <div className="compare side">
        {before.map((src, at) => (
          <Picture
            alt={`Source ${at + 1} of ${alt}`}
            key={src}
            label={before.length > 1 ? `Source ${at + 1}` : 'Source'}
            src={src}
          />
        ))}
        <Picture alt={`Result of ${alt}`} label="Result" src={after} />
      </div>
    );
  }
  if (mode === 'slider' && !isBlinking) {
    return <Slider after={after} alt={alt} before={source} />;
  }
  return (
    <div className="compare one">
      <Picture alt={alt} label={isBlinking ? 'Source' : 'Result'} src={isBlinking ? source : after} />
    </div>
  );
}

function Picture({
  src,
  label,
  alt,
}: {
  readonly src: string;
  readonly label: string;
  readonly alt: string;
}) {
  return (
    <figure className="compare-pane">
      <img alt={alt} decoding="async" draggable={false} src={src} />
      <figcaption className="badge left">{label}</figcaption>
    </figure>
  );
}

function Slider({
  before,
  after,
  alt,
}: {
  readonly before: string;
  readonly after: string;
  readonly alt: string;
}) {
  const [percent, setPercent] = useState(50);
  return (
    <div className="compare slider">
      <img alt={`Source of ${alt}`} decoding="async" draggable={false} src={before} />
      <img
        alt={`Result of ${alt}`}
        decoding="async"
        draggable={false}
        src={after}
        style={{ clipPath: `inset(0 0 0 ${percent}%)` }}
      />
      <span className="badge left">Source</span>
      <span className="badge right">Result</span>
      <span aria-hidden="true" className="compare-line" style={{ left: `${percent}%` }} />
      <input
        aria-label="Divider between source and result"
        aria-valuetext={`${Math.round(percent)}% source`}
        max={100}
        min={0}
        onChange={(event) => setPercent(Number(event.target.value))}
        step={0.5}
        type="range"
        value={percent}
      />
    </div>
  );
}
