/** The edge between two panels: drag it, or focus it and use the arrow keys; a double click resets it. */
import { useRef } from 'react';
import { actOf } from '../keys/key-line';
import { EDGE_KEYS } from '../keys/window-keys';

interface SplitterProps {
  readonly label: string;
  /** Which panel the width belongs to. */
  readonly side: 'left' | 'right';
  readonly width: number;
  readonly limits: { readonly smallest: number; readonly initial: number; readonly largest: number };
  onChange(width: number): void;
}

const STEP = 16;

export function Splitter({ label, side, width, limits, onChange }: SplitterProps) {
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const sign = side === 'left' ? 1 : -1;
  const set = (next: number) =>
    onChange(Math.min(limits.largest, Math.max(limits.smallest, Math.round(next))));
  return (
    <div
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemax={limits.largest}
      aria-valuemin={limits.smallest}
      aria-valuenow={width}
      className={`splitter ${side}`}
      onDoubleClick={() => set(limits.initial)}
      onKeyDown={(event) => {
        const act = actOf(EDGE_KEYS, event);
        if (act !== undefined) {
          event.preventDefault();
          set(width + (act === 'right' ? STEP : -STEP) * sign);
        }
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) {
          set(drag.current.width + (event.clientX - drag.current.x) * sign);
        }
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      role="separator"
      tabIndex={0}
    />
  );
}
