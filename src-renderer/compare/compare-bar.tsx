/** Below the pictures: how they are compared, how close one looks, and what differs; each with its key. */
import type { CompareViewProps } from './compare-view';
import { COMPARE_LABELS, COMPARE_MODES } from './compare-model';
import type { CompareMode } from './compare-model';
import { MOST_GAIN } from './difference';
import type { CompareOverlay } from './overlay-picture';
import type { ZoomControl } from './use-zoom';
import { percentOf } from './zoom';
import type { Geometry } from './zoom';
import { Keys, keyWords } from '../ui/keys';

interface CompareBarProps
  extends Pick<CompareViewProps, 'mode' | 'overlay' | 'tools' | 'isSwapped' | 'onBlink' | 'onSwap'> {
  readonly zoom: ZoomControl;
  readonly isPair: boolean;
  readonly geometry: Geometry;
  /** Null: the difference is not what is shown. */
  readonly gain: number | null;
  onGain(gain: number): void;
  onMode(mode: CompareMode): void;
}

export function CompareBar(props: CompareBarProps) {
  const { mode, isPair, isSwapped, onMode, onBlink, onSwap, overlay, gain, onGain } = props;
  return (
    <div aria-label="Compare" className="compare-bar" role="toolbar">
      {isPair && (
        <div aria-label="How" className="row" role="group">
          {COMPARE_MODES.map((one) => (
            <button
              aria-pressed={mode === one}
              className="chip"
              key={one}
              onClick={() => onMode(one)}
              type="button"
            >
              {COMPARE_LABELS[one]}
            </button>
          ))}
          <Keys press="M" />
        </div>
      )}
      {isPair && onSwap !== undefined && (
        <button aria-pressed={isSwapped ?? false} className="chip" onClick={onSwap} type="button">
          Swap <Keys press="C" />
        </button>
      )}
      {isPair && onBlink !== undefined && <BlinkButton onBlink={onBlink} />}
      {gain !== null && <GainTool gain={gain} onGain={onGain} />}
      {props.tools}
      {overlay !== undefined && mode !== 'difference' && <OverlayTool overlay={overlay} />}
      <span className="grow" />
      <ZoomTools {...props} />
    </div>
  );
}

/** Held by pointer or by the keys that press a button. */
export function BlinkButton({ onBlink }: { onBlink(isOn: boolean): void }) {
  const isPress = (key: string) => key === ' ' || key === 'Enter';
  return (
    <button
      className="chip"
      onBlur={() => onBlink(false)}
      onKeyDown={(event) => isPress(event.key) && onBlink(true)}
      onKeyUp={(event) => isPress(event.key) && onBlink(false)}
      onPointerDown={() => onBlink(true)}
      onPointerLeave={() => onBlink(false)}
      onPointerUp={() => onBlink(false)}
      type="button"
    >
      Hold for the first <Keys press="\" />
    </button>
  );
}

function GainTool({ gain, onGain }: { readonly gain: number; onGain(gain: number): void }) {
  return (
    <label className="compare-range">
      Strengthen
      <input
        aria-valuetext={`${gain} times`}
        max={MOST_GAIN}
        min={1}
        onChange={(event) => onGain(Number(event.target.value))}
        step={1}
        type="range"
        value={gain}
      />
      <span className="num">{gain}×</span>
    </label>
  );
}

function OverlayTool({ overlay }: { readonly overlay: CompareOverlay }) {
  const { label, opacity, onOpacity } = overlay;
  const percent = Math.round(opacity * 100);
  return onOpacity === undefined ? null : (
    <label className="compare-range">
      {label}
      <input
        aria-valuetext={`${percent}%`}
        max={100}
        min={0}
        onChange={(event) => onOpacity(Number(event.target.value) / 100)}
        step={5}
        type="range"
        value={percent}
      />
      <span className="num">{percent}%</span>
    </label>
  );
}

export function ZoomTools({
  zoom,
  geometry,
}: {
  readonly zoom: ZoomControl;
  readonly geometry: Geometry | null;
}) {
  return (
    <div aria-label="Zoom" className="row" role="group">
      <button
        aria-label="Farther"
        className="btn icon small ghost"
        onClick={() => zoom.step(-1)}
        type="button"
      >
        −
      </button>
      <output className="compare-percent num">{percentOf(zoom.zoom, geometry)}</output>
      <button aria-label="Nearer" className="btn icon small ghost" onClick={() => zoom.step(1)} type="button">
        +
      </button>
      <button
        aria-pressed={zoom.zoom.kind === 'fit'}
        className="chip"
        onClick={zoom.toggle}
        title={`Whole (${keyWords('Ctrl+0')}) or 100% (${keyWords('Ctrl+Alt+0')})`}
        type="button"
      >
        Whole <Keys press="Z" />
      </button>
    </div>
  );
}
