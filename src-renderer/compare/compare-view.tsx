/**
 * Up to four pictures compared: beside each other, under a slider, as their difference, or one alone; all with one zoom,
 * which the screen holds. The first picture's size is the frame of all.
 */
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import { frameNote, gridOf, haveSameShape, pairOf, shownOf, sizeOf } from './compare-model';
import type { ComparedPicture, CompareMode } from './compare-model';
import { CompareBar } from './compare-bar';
import { gainFor } from './difference';
import { DifferencePane, differenceWords } from './difference-pane';
import type { DifferenceState } from './difference-pane';
import { OverlayPicture } from './overlay-picture';
import type { CompareOverlay } from './overlay-picture';
import { Frame, PictureFrame } from './picture-frame';
import { useSharpening } from './sharp-picture';
import { SliderPane } from './slider-pane';
import { usePan, useSize, useWheelZoom } from './use-zoom';
import type { ZoomControl } from './use-zoom';
import { FIT, keptInside, placementOf } from './zoom';
import type { Geometry, Placement, Size } from './zoom';
import './compare.css';

export interface CompareViewProps {
  /** The first is what is compared with, the last is what came of it. */
  readonly pictures: readonly ComparedPicture[];
  readonly mode: CompareMode;
  /** Absent: whole, and neither wheel nor drag does anything; for small places. */
  readonly zoom?: ZoomControl;
  /** What it is of, for screen readers: "row 3". */
  readonly alt?: string;
  /** In one row, however small they get there: where each stands is what it is called by. */
  readonly isInRow?: boolean;
  /** Over the last picture. */
  readonly overlay?: CompareOverlay | undefined;
  /** Further buttons for the bar. */
  readonly tools?: ReactNode;
  /** What stands where a result is still missing. */
  readonly instead?: ReactNode;
  /** While it is so, the first picture stands where the last one was. */
  readonly isBlinking?: boolean;
  readonly isSwapped?: boolean;
  /** With it there is a bar of modes below. */
  onMode?(mode: CompareMode): void;
  onBlink?(isOn: boolean): void;
  onSwap?(): void;
  /** A picture could not be read, or can be read after all, or is tried once more. */
  onUnreadable?(url: string, isUnreadable: boolean): void;
}

export function CompareView(props: CompareViewProps) {
  const { mode, zoom, isBlinking = false, onMode } = props;
  const stage = useRef<HTMLDivElement>(null);
  const room = useSize(stage);
  const [sizes, onLoaded] = useLoadedSizes();
  const [chosenGain, setGain] = useState<number | null>(null);
  const [difference, setDifference] = useState<DifferenceState>({ kind: 'busy' });
  const [sharpening, onSharpening] = useSharpening();
  const [failed, onFailed] = useFailed(props);
  const layout = layoutOf(props, { room, sizes, failed });
  const isDifference = mode === 'difference' && layout.isPair && !isBlinking;
  const gain = chosenGain ?? (difference.kind === 'ready' ? gainFor(difference.figures) : 1);
  const { geometry } = layout;
  useLayoutEffect(() => zoom?.seenThrough(geometry));
  useWheelZoom(stage, zoom, '.compare-pane');
  const startPan = usePan(zoom);
  const isZoomed = zoom?.zoom.kind === 'at';
  return (
    <div className="compare">
      <div
        className="compare-stage"
        data-zoomed={isZoomed || undefined}
        onDoubleClick={(event) => !isControl(event.target) && zoom?.toggle()}
        onPointerDown={(event) => {
          const isPan = event.button === 1 || (event.button === 0 && isZoomed && !isControl(event.target));
          if (isPan) {
            startPan(event);
          }
        }}
        ref={stage}
        style={{ '--columns': layout.columns, '--rows': layout.rows } as CSSProperties}
      >
        <Panes
          {...props}
          gain={gain}
          layout={layout}
          failed={failed}
          onDifference={setDifference}
          onFailed={onFailed}
          onLoaded={(url, size) => {
            props.onUnreadable?.(url, false);
            onLoaded(url, size);
          }}
          onSharpening={onSharpening}
        />
        {sharpening && <output className="compare-busy">Loading every pixel…</output>}
        <Note difference={isDifference ? difference : null} note={layout.note} />
      </div>
      {onMode !== undefined && zoom !== undefined && (
        <CompareBar
          {...props}
          gain={isDifference ? gain : null}
          geometry={geometry}
          // With a result missing they stay, so that nothing jumps from one picture to the next.
          isPair={layout.isPair || props.instead !== undefined}
          onGain={setGain}
          onMode={onMode}
          zoom={zoom}
        />
      )}
    </div>
  );
}

interface NoteProps {
  /** Null: it is not what is shown. */
  readonly difference: DifferenceState | null;
  readonly note: string | null;
}

function Note({ difference, note }: NoteProps) {
  if (difference !== null) {
    return (
      <output className="compare-note">
        {differenceWords(difference)} {note}
      </output>
    );
  }
  return note === null ? null : <p className="compare-note">{note}</p>;
}

/** More than ever stand beside each other, so that a long review does not gather them. */
const KEPT_SIZES = 64;

/** The sizes of pictures as they were loaded, for those whose own are not known. */
function useLoadedSizes() {
  const [sizes, setSizes] = useState<ReadonlyMap<string, Size>>(new Map());
  const onLoaded = useCallback(
    (url: string, size: Size) =>
      setSizes((old) => (old.has(url) ? old : new Map([...old, [url, size] as const].slice(-KEPT_SIZES)))),
    [],
  );
  return [sizes, onLoaded] as const;
}

const NONE_FAILED: ReadonlySet<string> = new Set();

/** Which of these could not be read; whenever others were looked at in between, they are tried anew. */
function useFailed({ pictures, onUnreadable }: CompareViewProps) {
  const of = JSON.stringify(pictures.map(({ url }) => url));
  const [held, setHeld] = useState({ of, failed: NONE_FAILED });
  if (held.of !== of) {
    setHeld({ of, failed: NONE_FAILED });
  }
  const failed = held.of === of ? held.failed : NONE_FAILED;
  const onFailed = (url: string, hasFailed: boolean) => {
    const others = [...failed].filter((one) => one !== url);
    setHeld({ of, failed: new Set(hasFailed ? [...others, url] : others) });
    onUnreadable?.(url, hasFailed);
  };
  return [failed, onFailed] as const;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, input, .compare-line, .compare-empty') !== null;
}

interface Layout {
  readonly pictures: readonly ComparedPicture[];
  readonly columns: number;
  readonly rows: number;
  readonly geometry: Geometry;
  readonly placement: Placement;
  readonly note: string | null;
  /** Whether there are two to compare at all. */
  readonly isPair: boolean;
  readonly isApart: boolean;
  isContained(picture: ComparedPicture): boolean;
}

const GAP_PX = 2;
/** Before the first look at the window. */
const NO_ROOM: Size = { width: 1, height: 1 };

interface Seen {
  readonly room: Size | null;
  readonly sizes: ReadonlyMap<string, Size>;
  readonly failed: ReadonlySet<string>;
}

function layoutOf(
  { pictures: given, mode, zoom, instead, isBlinking = false, isInRow = false }: CompareViewProps,
  { room, sizes, failed }: Seen,
): Layout {
  const pictures = shownOf(given);
  const known = pictures.map((picture) => ({ ...picture, size: sizeOf(picture, sizes.get(picture.url)) }));
  // A sentence in place of a picture can be neither laid under another nor subtracted.
  const isBroken = mode !== 'result' && pictures.some(({ url }) => failed.has(url));
  const isApart = instead !== undefined || ((mode === 'side' || isBroken) && !isBlinking);
  const count = isApart ? pictures.length + (instead === undefined ? 0 : 1) : 1;
  const whole = room ?? NO_ROOM;
  // Until the first one's size is known that of another will do, which is most often as large: what is shown stays
  // where it is then. Until any is known a picture is shown whole, which needs none.
  const frame = known.find(({ size }) => size !== null)?.size ?? whole;
  const isKnown = known.some(({ size }) => size !== null);
  const { columns, rows } = isInRow ? { columns: count, rows: 1 } : gridOf(count, whole, frame);
  const pane = {
    width: Math.max(1, (whole.width - GAP_PX * (columns - 1)) / columns),
    height: Math.max(1, (whole.height - GAP_PX * (rows - 1)) / rows),
  };
  const geometry = { pane, frame };
  return {
    pictures,
    columns,
    rows,
    geometry,
    placement: placementOf(zoom === undefined ? FIT : keptInside(zoom.zoom, geometry), geometry),
    note: zoom === undefined ? null : frameNote(known),
    isPair: instead === undefined && pictures.length > 1,
    isApart,
    isContained: ({ url }) => {
      const size = known.find((one) => one.url === url)?.size ?? null;
      return !isKnown || (size !== null && !haveSameShape(size, frame));
    },
  };
}

interface PanesProps extends CompareViewProps {
  readonly layout: Layout;
  readonly failed: ReadonlySet<string>;
  readonly gain: number;
  onLoaded(url: string, size: Size): void;
  onFailed(url: string, hasFailed: boolean): void;
  onSharpening(url: string, isUnderWay: boolean): void;
  onDifference(state: DifferenceState): void;
}

function Panes(props: PanesProps) {
  const { mode, layout, instead, alt = '', overlay, isBlinking = false, isSwapped = false } = props;
  const { pictures, geometry, placement, isApart, isPair } = layout;
  const last = pictures.at(-1);
  const layer = (picture: ComparedPicture) => (
    <PictureFrame
      alt={alt === '' ? picture.label : `${picture.label} of ${alt}`}
      frame={geometry.frame}
      hasFailed={props.failed.has(picture.url)}
      isContained={layout.isContained(picture)}
      onFailed={props.onFailed}
      onLoaded={props.onLoaded}
      onSharpening={props.onSharpening}
      picture={picture}
      placement={placement}
    >
      {picture === last && overlay !== undefined && overlay.opacity > 0 && (
        <OverlayPicture
          frame={geometry.frame}
          isContained={layout.isContained(picture)}
          key={overlay.url}
          overlay={overlay}
          placement={placement}
        />
      )}
    </PictureFrame>
  );
  if (isApart) {
    return (
      <>
        {pictures.map((picture, at) => (
          // Two panes may show the same picture.
          <Pane key={`${at} ${picture.url}`} label={picture.label}>
            {layer(picture)}
          </Pane>
        ))}
        {instead !== undefined && <div className="compare-empty">{instead}</div>}
      </>
    );
  }
  const { before, after } = pairOf(pictures, isSwapped);
  if (after === undefined) {
    return null;
  }
  if (before === undefined || isBlinking || mode === 'result' || !isPair) {
    const shown = isBlinking ? (before ?? after) : after;
    return <Pane label={shown.label}>{layer(shown)}</Pane>;
  }
  if (mode === 'difference') {
    return (
      <Pane label={`${before.label} and ${after.label}`}>
        <Frame frame={geometry.frame} placement={placement} state="shown">
          <DifferencePane
            after={after.url}
            before={before.url}
            frame={geometry.frame}
            gain={props.gain}
            onState={props.onDifference}
            placement={placement}
          />
        </Frame>
      </Pane>
    );
  }
  return (
    <SliderPane
      after={layer(after)}
      afterLabel={after.label}
      before={layer(before)}
      beforeLabel={before.label}
      isFixed={props.zoom?.zoom.kind === 'at'}
    />
  );
}

function Pane({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <figure className="compare-pane">
      {children}
      <figcaption className="badge left">{label}</figcaption>
    </figure>
  );
}
