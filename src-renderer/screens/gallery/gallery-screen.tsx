/** Every result of every run, newest first. */
import { useCallback, useEffect } from 'react';
import { useStore } from 'zustand';
import { JobPanel } from '../../jobs/job-panel';
import { Loupe } from '../../jobs/loupe';
import { useLive, useModel, useUi } from '../../state/app-model';
import { tileAt } from '../../state/job-pages';
import { select, show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { TileGrid } from '../../ui/tile-grid';
import { TileSizeSlider } from '../../ui/tile-size-slider';
import { useThrottled } from '../../ui/use-throttled';
import { drawTile } from '../runs/run-screen';
import '../runs/runs.css';

/** New results come in at most this often; the places of all older ones shift with them. */
const REFRESH_MS = 1000;

export function GalleryScreen() {
  const { ui, gallery } = useModel();
  const { total } = useStore(gallery.store);
  const tileSize = useUi((state) => state.tileSize);
  const selected = useUi((state) => state.selected.get('gallery'));
  const isLoupeOpen = useUi((state) => state.isLoupeOpen);
  useFreshGallery();
  const choose = useCallback((offset: number) => select(ui, 'gallery', offset), [ui]);
  const open = useCallback(() => ui.setState({ isLoupeOpen: true }), [ui]);
  return (
    <>
      <header className="head row">
        <h1 className="grow">Gallery</h1>
        <span className="hint num">{total === null ? '' : formatCount(total)} pictures, newest first</span>
        <TileSizeSlider />
      </header>
      {total === 0 ? (
        <div className="empty">
          <h2>No pictures yet</h2>
          <p>What your runs deliver is gathered here.</p>
          <button className="btn primary" onClick={() => show(ui, { kind: 'newRun' })} type="button">
            New run
          </button>
        </div>
      ) : (
        <TileGrid
          count={total ?? 0}
          label="All results, newest first"
          onOpen={open}
          onRange={gallery.ensure}
          onSelect={choose}
          renderTile={(offset) => drawTile(gallery.tileAt(offset), offset)}
          selected={selected}
          tileSize={tileSize}
        />
      )}
      {isLoupeOpen && selected !== undefined && (
        <Loupe
          count={total ?? 0}
          offset={selected}
          onClose={() => ui.setState({ isLoupeOpen: false })}
          onMove={(offset) => {
            gallery.ensure(offset - 1, offset + 1);
            choose(offset);
          }}
          tileAt={gallery.tileAt}
        />
      )}
    </>
  );
}

export function GalleryInspector() {
  const { gallery } = useModel();
  const selected = useUi((state) => state.selected.get('gallery'));
  const tile = useStore(gallery.store, (state) =>
    selected === undefined ? undefined : tileAt(state, selected),
  );
  return <JobPanel emptyText="Select a picture to see where it came from." tile={tile} />;
}

/** Fetches again while results land. */
function useFreshGallery(): void {
  const { gallery } = useModel();
  const done = useLive((state) => [...state.runs.values()].reduce((sum, run) => sum + run.counts.done, 0));
  const noticed = useThrottled(done, REFRESH_MS);
  useEffect(() => gallery.refresh(), [gallery, noticed]);
}
