/** Two pictures on top of each other and a line between: drag it, or focus it and use the arrow keys. */
import { useRef, useState } from 'react';
import type { PointerEvent, ReactNode } from 'react';

interface SliderPaneProps {
  readonly before: ReactNode;
  readonly after: ReactNode;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  /** Zoomed in, only the line itself moves it; the rest of the pane drags the picture. */
  readonly isFixed: boolean;
}

export function SliderPane({ before, after, beforeLabel, afterLabel, isFixed }: SliderPaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const [percent, setPercent] = useState(50);
  const moveTo = (clientX: number) => {
    const { left, width } = pane.current?.getBoundingClientRect() ?? { left: 0, width: 0 };
    if (width > 0) {
      setPercent(Math.min(100, Math.max(0, ((clientX - left) / width) * 100)));
    }
  };
  const start = (event: PointerEvent<HTMLElement>) => {
    const isOnLine = event.target instanceof Element && event.target.closest('.compare-line') !== null;
    if (event.button === 0 && (isOnLine || !isFixed)) {
      event.currentTarget.setPointerCapture?.(event.pointerId);
      event.currentTarget.dataset['sliding'] = 'true';
      moveTo(event.clientX);
    }
  };
  const isSliding = (element: HTMLElement) => element.dataset['sliding'] === 'true';
  const stop = (event: PointerEvent<HTMLElement>) => {
    delete event.currentTarget.dataset['sliding'];
  };
  return (
    <div
      className="compare-pane slider"
      onPointerCancel={stop}
      onPointerDown={start}
      onPointerMove={(event) => isSliding(event.currentTarget) && moveTo(event.clientX)}
      onPointerUp={stop}
      ref={pane}
    >
      <div className="compare-layer" style={{ clipPath: `inset(0 ${100 - percent}% 0 0)` }}>
        {before}
      </div>
      <div className="compare-layer" style={{ clipPath: `inset(0 0 0 ${percent}%)` }}>
        {after}
      </div>
      <span className="badge before" style={{ right: `${100 - percent}%` }}>
        {beforeLabel}
      </span>
      <span className="badge after" style={{ left: `${percent}%` }}>
        {afterLabel}
      </span>
      <input
        aria-label={`Divider between ${beforeLabel} and ${afterLabel}`}
        aria-valuetext={`${Math.round(percent)}% ${beforeLabel}`}
        className="sr-only"
        max={100}
        min={0}
        onChange={(event) => setPercent(Number(event.target.value))}
        step={1}
        type="range"
        value={percent}
      />
      <span aria-hidden="true" className="compare-line" style={{ left: `${percent}%` }} />
    </div>
  );
}
