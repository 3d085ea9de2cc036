/** Every result of every run: found by words and facets, looked at as grid, table or one by one, and worked on by the thousand. */
import type { JobTile } from '@shared/model/run';
import { tileSizeFor } from '@shared/media-url';
import { useCallback, useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { JobPanel } from '../../jobs/job-panel';
import { JobTileView } from '../../jobs/job-tile';
import { nameOfTile } from '../../jobs/job-words';
import { Loupe } from '../../jobs/loupe';
import { useLive, useModel, useUi } from '../../state/app-model';
import { tileAt } from '../../state/job-pages';
import { show } from '../../state/ui-store';
import { Notice } from '../../ui/notice';
import { TileGrid } from '../../ui/tile-grid';
import { useThrottled } from '../../ui/use-throttled';
import { GalleryDialogs } from './gallery-dialogs';
import { GalleryFoot } from './gallery-foot';
import { GalleryHead } from './gallery-head';
import { GalleryTable } from './gallery-table';
import { SelectionBar, WorkBar } from './selection-bar';
import { useGalleryKeys } from './use-gallery-keys';
import { useManyTiles } from './use-many-tiles';
import './gallery.css';

/** New results come in at most this often; the places of all older ones shift with them. */
const REFRESH_MS = 1000;
/** Above the chosen size, so that the control for it still means something where tiles are few. */
const MOST_GROWTH = 3;
/** More never fit at once. */
const MOST_GROWING = 500;
/** Pixels of the largest picture that a tile is given. */
const LARGEST_TILE_PX = 512;

export function GalleryScreen() {
  const { gallery, ui } = useModel();
  const { selection, answer, answered, error } = useStore(gallery.store);
  const isLoupeOpen = useUi((state) => state.isLoupeOpen);
  useFreshGallery();
  useGalleryKeys();
  const { focus } = selection;
  const total = answer?.total ?? 0;
  const isLooking = isLoupeOpen && focus !== null && focus < total;
  useEffect(() => {
    // Else the keys would still be those of the close look, which nobody sees.
    if (isLoupeOpen && !isLooking) {
      ui.setState({ isLoupeOpen: false });
    }
  }, [isLoupeOpen, isLooking, ui]);
  // Another list begins at its top; the same one, found anew, stays where it is.
  const list = JSON.stringify(answered);
  return (
    <>
      <GalleryHead />
      {error !== null && (
        <div className="pad">
          <Notice tone="bad">{error}</Notice>
        </div>
      )}
      {answer === null && error === null && <Reading />}
      {answer !== null && total === 0 && <NothingFound />}
      {total > 0 && <Results isLooking={isLooking} key={list} total={total} />}
      <WorkBar />
      <SelectionBar />
      <GalleryFoot />
      <GalleryDialogs />
      {isLooking && (
        <Loupe
          count={total}
          offset={focus}
          onClose={() => ui.setState({ isLoupeOpen: false })}
          onMove={(offset) => {
            gallery.pages.ensure(offset - 1, offset + 1);
            gallery.move(offset, { shift: false, ctrl: false });
          }}
          tileAt={gallery.pages.tileAt}
        />
      )}
    </>
  );
}

function Results({ total, isLooking }: { readonly total: number; readonly isLooking: boolean }) {
  const { gallery, ui } = useModel();
  const { selection, look } = useStore(gallery.store);
  const { pages } = useStore(gallery.pages.store);
  const tileSize = useUi((state) => state.tileSize);
  const { many, onPointerDown } = useManyTiles();
  const open = useCallback(() => ui.setState({ isLoupeOpen: true }), [ui]);
  const source = useMemo(
    () => ({
      look: String(tileSize),
      at: (offset: number) => tileAt({ total: null, pages, error: null }, offset),
    }),
    [pages, tileSize],
  );
  const largest = useMemo(() => largestSide(source, { total, tileSize }), [source, total, tileSize]);
  const renderTile = useCallback(
    (offset: number, side: number) => {
      const pixels = Math.max(side, tileSize * 1.25) * (window.devicePixelRatio || 1);
      return drawTile(source.at(offset), { offset, size: tileSizeFor(pixels) });
    },
    [source, tileSize],
  );
  return (
    <div className="gallery-results" onPointerDownCapture={onPointerDown}>
      {look === 'table' ? (
        <GalleryTable
          count={total}
          focus={selection.focus}
          isCovered={isLooking}
          many={many}
          onOpen={open}
          onRange={gallery.see}
          tileAt={gallery.pages.tileAt}
        />
      ) : (
        <TileGrid
          count={total}
          isCovered={isLooking}
          label="Results"
          largest={largest}
          many={many}
          onOpen={open}
          onRange={gallery.see}
          onSelect={(offset) => {
            if (offset !== selection.focus) {
              gallery.press(offset, { shift: false, ctrl: false });
            }
          }}
          renderTile={renderTile}
          source={source}
          selected={selection.focus ?? undefined}
          tileSize={tileSize}
        />
      )}
    </div>
  );
}

/** How far tiles grow that are so few that all fit: to the pixels of their pictures, and not far beyond the size chosen. */
function largestSide(
  tiles: { at(offset: number): JobTile | undefined },
  { total, tileSize }: { readonly total: number; readonly tileSize: number },
): number | undefined {
  if (total > MOST_GROWING) {
    return undefined;
  }
  const sides = Array.from({ length: total }, (_, offset) => tiles.at(offset)).flatMap((tile) =>
    tile?.width === undefined || tile.height === undefined ? [] : [Math.min(tile.width, tile.height)],
  );
  const own = Math.min(...sides, LARGEST_TILE_PX) / (window.devicePixelRatio || 1);
  return sides.length === 0 ? undefined : Math.max(tileSize, Math.min(own, tileSize * MOST_GROWTH));
}

function drawTile(
  tile: JobTile | undefined,
  { offset, size }: { offset: number; size: 'small' | 'thumbnail' | 'large' },
) {
  return {
    name: tile === undefined ? `Result ${offset + 1}: loading` : markedName(tile),
    content: <JobTileView hasMarks size={size} tile={tile} />,
  };
}

function markedName(tile: JobTile): string {
  const verdict = tile.verdict === undefined ? '' : `, ${tile.verdict}`;
  const rating = tile.rating === undefined ? '' : `, rated ${tile.rating}`;
  return `${nameOfTile(tile)}${verdict}${rating}`;
}

/** The first look at a large library takes a second or two. */
function Reading() {
  return (
    <div aria-busy="true" className="empty gallery-reading" role="status">
      <p>Reading the library…</p>
    </div>
  );
}

function NothingFound() {
  const { gallery, ui } = useModel();
  const { answer, query } = useStore(gallery.store);
  if (query.place === 'trash') {
    return (
      <div className="empty">
        <h2>The trash is empty</h2>
        <p>What you delete waits here, with its file, until you empty the trash.</p>
      </div>
    );
  }
  if ((answer?.all ?? 0) === 0) {
    return (
      <div className="empty">
        <h2>No pictures yet</h2>
        <p>What your runs and the studio deliver is gathered here.</p>
        <button className="btn primary" onClick={() => show(ui, { kind: 'newRun' })} type="button">
          New run
        </button>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>Nothing found</h2>
      <p>No result matches the search and all filters.</p>
      <button className="btn" onClick={() => gallery.ask({ ...query, text: '', facets: {} })} type="button">
        Clear search and filters
      </button>
    </div>
  );
}

export function GalleryInspector() {
  const { gallery } = useModel();
  const focus = useStore(gallery.store, (state) => state.selection.focus);
  const tile = useStore(gallery.pages.store, (state) => (focus === null ? undefined : tileAt(state, focus)));
  return <JobPanel emptyText="Select a picture to see where it came from." tile={tile} />;
}

/** Searches when the screen is shown, and again while results land. */
function useFreshGallery(): void {
  const { gallery } = useModel();
  const done = useLive((state) =>
    [...state.runs.values()].reduce((sum, { counts }) => sum + counts.done + counts.failed, 0),
  );
  const noticed = useThrottled(done, REFRESH_MS);
  useEffect(() => gallery.refresh(), [gallery, noticed]);
}
