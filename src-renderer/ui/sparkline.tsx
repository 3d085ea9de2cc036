/** Requests of the last hour, minute by minute: answered as a line, failed as bars. Colours follow the theme. */
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount, plural } from './format';

export interface Minute {
  readonly ok: number;
  readonly failed: number;
}

interface SparklineProps {
  readonly label: string;
  /** Oldest first; the last one is now. */
  readonly minutes: readonly Minute[];
}

const HEIGHT = 52;

export function Sparkline({ label, minutes }: SparklineProps) {
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  usePlot(box, minutes, setPointed);
  const sum = useMemo(() => totalOf(minutes), [minutes]);
  const shown = pointed === null ? undefined : minutes[pointed];
  return (
    <figure className="sparkline">
      <figcaption className="row">
        <span className="legend">{label}</span>
        <span className="hint spark-words">
          {shown === undefined || pointed === null
            ? wordsOf(sum)
            : `${minutesAgo(minutes.length - 1 - pointed)}: ${wordsOf(shown)}`}
        </span>
        <span className="grow" />
        <span className="hint spark-key">
          <i className="spark-ok" data-series="ok" /> answered{' '}
          <i className="spark-failed" data-series="failed" /> failed
        </span>
      </figcaption>
      <div aria-label={`${label}: ${wordsOf(sum)}`} className="spark-plot" ref={box} role="img" />
    </figure>
  );
}

export function totalOf(minutes: readonly Minute[]): Minute {
  return minutes.reduce((sum, { ok, failed }) => ({ ok: sum.ok + ok, failed: sum.failed + failed }), {
    ok: 0,
    failed: 0,
  });
}

function wordsOf({ ok, failed }: Minute): string {
  return `${formatCount(ok)} answered, ${formatCount(failed)} failed`;
}

function minutesAgo(count: number): string {
  return count === 0 ? 'This minute' : `${plural(count, 'minute')} ago`;
}

/** Keeps one plot for as long as the box is there; without a canvas (tests) there is none. */
function usePlot(
  box: React.RefObject<HTMLDivElement | null>,
  minutes: readonly Minute[],
  onPoint: (minute: number | null) => void,
): void {
  const plot = useRef<uPlot | null>(null);
  const data = useMemo(() => seriesOf(minutes), [minutes]);
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  }, [data]);
  useEffect(() => {
    const element = box.current;
    if (element === null || !canDraw()) {
      return;
    }
    const drawn = new uPlot(optionsOf(element, onPoint), latest.current, element);
    plot.current = drawn;
    const undo = [
      watchSize(element, () => drawn.setSize({ width: element.clientWidth, height: HEIGHT })),
      watchTheme(() => drawn.redraw()),
    ];
    return () => {
      undo.forEach((stop) => stop());
      drawn.destroy();
      plot.current = null;
    };
  }, [box, onPoint]);
}

function canDraw(): boolean {
  return typeof Path2D !== 'undefined' && document.createElement('canvas').getContext('2d') !== null;
}

function seriesOf(minutes: readonly Minute[]): uPlot.AlignedData {
  return [
    minutes.map((_, at) => at),
    minutes.map(({ ok }) => ok),
    minutes.map(({ failed }) => (failed === 0 ? null : failed)),
  ];
}

function optionsOf(element: HTMLElement, onPoint: (minute: number | null) => void): uPlot.Options {
  const ok = () => colourOf(element, 'ok');
  const failed = () => colourOf(element, 'failed');
  const bars = uPlot.paths.bars?.({ size: [0.6, 8, 2] });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [4, 0, 1, 0],
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false }, y: { range: (_, __, top) => [0, Math.max(1, top ?? 1)] } },
    series: [
      {},
      {
        stroke: ok,
        width: 1.6,
        points: { show: false },
        fill: () => `color-mix(in srgb, ${ok()} 9%, transparent)`,
      },
      { stroke: failed, fill: failed, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) },
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

/** A canvas does not resolve `light-dark()`, so the colour is read off the legend. */
function colourOf(element: HTMLElement, series: 'ok' | 'failed'): string {
  const mark = element.parentElement?.querySelector(`[data-series=${series}]`);
  return mark instanceof Element ? getComputedStyle(mark).color : 'currentColor';
}

function watchSize(element: HTMLElement, onChange: () => void): () => void {
  const observer = new ResizeObserver(onChange);
  observer.observe(element);
  return () => observer.disconnect();
}

function watchTheme(onChange: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', onChange);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', onChange);
  };
}
