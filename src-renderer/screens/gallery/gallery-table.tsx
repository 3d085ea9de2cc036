/** The results as a table: the same list, focus and selection as the grid. Only the rows in view are drawn. */
import { SUSPICIONS } from '@shared/model/measures';
import { FAILURES } from '@shared/model/failure';
import type { JobTile } from '@shared/model/run';
import { memo, useEffect, useRef } from 'react';
import type { DragEvent, KeyboardEvent } from 'react';
import { JobTileView } from '../../jobs/job-tile';
import { JOB_STATES, nameOfTile } from '../../jobs/job-words';
import { CHOOSE_KEYS } from '../../keys/gallery-keys';
import { actOf } from '../../keys/key-line';
import { OPEN_KEYS } from '../../keys/picture-keys';
import { useLive } from '../../state/app-model';
import type { ManyTiles } from '../../ui/tile-grid';
import { nextOffset } from '../../ui/tile-grid';
import { useRowWindow } from '../../ui/row-window';
import { useInstructions } from './use-instructions';

const ROW_PX = 44;
/** As high as gallery.css has them; they stay in sight, so that no row may stand below them. */
const TITLES_PX = 28;

interface GalleryTableProps {
  readonly count: number;
  readonly focus: number | null;
  /** A close look lies over it, and leaves it the focus. */
  readonly isCovered: boolean;
  readonly many: ManyTiles;
  tileAt(offset: number): JobTile | undefined;
  onOpen(): void;
  onRange(first: number, last: number): void;
}

const COLUMNS = ['', 'Row', 'Instruction', 'Run', 'Model', 'Verdict', 'Suspicion', 'Size'] as const;

export function GalleryTable(props: GalleryTableProps) {
  const { count, focus, isCovered, many, tileAt, onOpen, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRowWindow(scroller, { rows: count, rowHeight: ROW_PX, padding: TITLES_PX });
  const shown = Array.from({ length: Math.max(0, view.last - view.first + 1) }, (_, at) => view.first + at);
  const texts = useInstructions(shown.flatMap((offset) => tileAt(offset)?.id ?? []));
  useEffect(() => {
    if (count > 0) {
      onRange(view.first, view.last);
    }
  }, [onRange, view.first, view.last, count]);
  const latest = useRef({ focus, scrollTo: view.scrollTo });
  useEffect(() => {
    latest.current = { focus, scrollTo: view.scrollTo };
  });
  useEffect(() => {
    if (latest.current.focus !== null) {
      latest.current.scrollTo(latest.current.focus);
    }
  }, [many.reveals]);
  useEffect(() => {
    const element = scroller.current;
    if (!isCovered) {
      return;
    }
    return () => element?.focus({ preventScroll: true });
  }, [isCovered]);

  function onKeyDown(event: KeyboardEvent): void {
    const current = focus ?? 0;
    const keys = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    if (actOf(CHOOSE_KEYS, event) === 'toggle') {
      event.preventDefault();
      many.onToggle();
    } else if (actOf(OPEN_KEYS, event) === 'open') {
      event.preventDefault();
      onOpen();
    } else if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') {
      const next = nextOffset(event.key, { current, count, columns: 1, page: Math.max(1, shown.length - 5) });
      if (next !== null) {
        event.preventDefault();
        many.onMove(next, keys);
      }
    }
  }

  return (
    <div className="gallery-table">
      <div
        aria-activedescendant={focus === null ? undefined : `result-${focus}`}
        aria-label="Results"
        aria-multiselectable="true"
        aria-rowcount={count}
        className="table-scroll"
        onKeyDown={onKeyDown}
        ref={scroller}
        role="grid"
        tabIndex={0}
      >
        <div aria-hidden="true" className="table-line table-titles">
          {COLUMNS.map((title) => (
            <span key={title}>{title}</span>
          ))}
        </div>
        <div className="tile-canvas" role="rowgroup" style={{ height: view.canvasHeight }}>
          {shown.map((offset) => {
            const tile = tileAt(offset);
            return (
              <div
                aria-label={tile === undefined ? `Result ${offset + 1}: loading` : nameOfTile(tile)}
                aria-rowindex={offset + 1}
                aria-selected={many.isSelected(offset)}
                className={offset === focus ? 'table-line table-row viewed' : 'table-line table-row'}
                data-offset={offset}
                draggable
                id={`result-${offset}`}
                key={offset}
                onClick={(event) =>
                  many.onPress(offset, { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey })
                }
                onDoubleClick={onOpen}
                onDragStart={(event: DragEvent<HTMLElement>) => many.onDragStart?.(offset, event)}
                role="row"
                style={{ transform: `translateY(${view.topOf(offset)}px)`, height: ROW_PX }}
              >
                <Row text={tile === undefined ? '' : (texts.get(tile.id) ?? '')} tile={tile} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const Row = memo(function Row({ tile, text }: { readonly tile: JobTile | undefined; readonly text: string }) {
  const run = useLive((state) => (tile === undefined ? undefined : state.runs.get(tile.runId)));
  if (tile === undefined) {
    return <span role="gridcell" />;
  }
  const { word, tone } = JOB_STATES[tile.state];
  const failure =
    tile.state === 'failed' && tile.failureKind !== undefined ? FAILURES[tile.failureKind].title : null;
  const said = `${tile.verdict === undefined ? '' : tile.verdict === 'accepted' ? '✓ Accepted' : '✕ Rejected'}${tile.rating === undefined ? '' : `  ★ ${tile.rating}`}`;
  const from = run?.origin === 'studio' ? 'Studio' : (run?.name ?? '');
  const suspicions = (tile.suspicions ?? []).map((kind) => SUSPICIONS[kind].title).join(', ');
  return (
    <>
      <span className="table-picture" role="gridcell">
        <JobTileView size="small" tile={tile} />
      </span>
      <span className="num" role="gridcell">
        {tile.variant === 0 ? tile.index : `${tile.index}·${tile.variant + 1}`}
      </span>
      <span className="clip" role="gridcell" title={text}>
        {text}
      </span>
      <span className="clip hint" role="gridcell" title={from}>
        {from}
      </span>
      <span className="clip hint" role="gridcell" title={tile.model}>
        {tile.model}
      </span>
      <span className="clip" role="gridcell">
        {tile.state === 'done' ? said : <b className={`${tone}-word`}>{failure ?? word}</b>}
      </span>
      <span className="clip hint" role="gridcell" title={suspicions}>
        {suspicions}
      </span>
      <span className="num hint" role="gridcell">
        {tile.width === undefined ? '' : `${tile.width}×${tile.height}`}
      </span>
    </>
  );
});
