/** One run: how it goes, its failures with their remedies, and every picture as it lands. */
import type { JobTile, Run } from '@shared/model/run';
import { useCallback, useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { JobTileView } from '../../jobs/job-tile';
import { filterCount, nameOfTile } from '../../jobs/job-words';
import { Loupe } from '../../jobs/loupe';
import { useModel, useUi } from '../../state/app-model';
import type { JobPages } from '../../state/job-pages';
import { ALL_JOBS, select } from '../../state/ui-store';
import type { JobFilter } from '../../state/ui-store';
import { TileGrid } from '../../ui/tile-grid';
import { useThrottled } from '../../ui/use-throttled';
import { FailuresPanel } from './failures-panel';
import { RunChips } from './run-chips';
import { RunHead } from './run-head';
import { TextRunScreen } from './text-run-screen';
import './runs.css';

export function RunScreen({ run }: { readonly run: Run }) {
  return run.recipe.task === 'text' ? <TextRunScreen run={run} /> : <PictureRunScreen run={run} />;
}

function PictureRunScreen({ run }: { readonly run: Run }) {
  const { ui } = useModel();
  const { pages, count, filter } = useRunJobs(run);
  const tileSize = useUi((state) => state.tileSize);
  const selected = useUi((state) => state.selected.get(run.id));
  const reveals = useUi((state) => state.reveals);
  const isLooking = useUi((state) => state.isLoupeOpen) && selected !== undefined && selected < count;
  // Subscribing to the pages draws the grid anew when tiles come in.
  useStore(pages.store);
  useFreshPages(pages, count, filter);
  const choose = useCallback((offset: number) => select(ui, run.id, offset), [ui, run.id]);
  const open = useCallback(() => ui.setState({ isLoupeOpen: true }), [ui]);
  return (
    <>
      <RunHead run={run} />
      <RunChips filter={filter} run={run} />
      <FailuresPanel run={run} />
      {count === 0 ? (
        <div className="empty">
          <h2>{filter.kind === 'all' ? 'No jobs yet' : 'Nothing here now'}</h2>
          <p>
            {filter.kind === 'all'
              ? 'The rows of this run are being planned.'
              : 'Choose another filter above.'}
          </p>
        </div>
      ) : (
        <TileGrid
          count={count}
          isCovered={isLooking}
          label={`Jobs of ${run.name}`}
          onOpen={open}
          onRange={pages.ensure}
          onSelect={choose}
          renderTile={(offset) => drawTile(pages.tileAt(offset), offset)}
          reveals={reveals}
          selected={selected}
          tileSize={tileSize}
        />
      )}
      {isLooking && (
        <Loupe
          count={count}
          offset={selected}
          onClose={() => ui.setState({ isLoupeOpen: false })}
          onMove={(offset) => {
            pages.ensure(offset - 1, offset + 1);
            choose(offset);
          }}
          tileAt={pages.tileAt}
        />
      )}
    </>
  );
}

export function drawTile(tile: JobTile | undefined, offset: number) {
  return {
    name: tile === undefined ? `Job ${offset + 1}: loading` : nameOfTile(tile),
    content: <JobTileView tile={tile} />,
  };
}

/** The jobs of a run behind its present filter. The run's own counts tell the length sooner than a fetch. */
export function useRunJobs(run: Run): { pages: JobPages; count: number; filter: JobFilter } {
  const model = useModel();
  const filter = useUi((state) => state.filters.get(run.id)) ?? ALL_JOBS;
  const pages = useMemo(() => model.runJobs(run.id, filter), [model, run.id, filter]);
  return { pages, count: filterCount(run, filter), filter };
}

/** Which jobs are behind a filter changes with their number, so they are fetched again; at most this often. */
const REFRESH_MS = 700;

function useFreshPages(pages: JobPages, count: number, filter: JobFilter): void {
  const noticed = useThrottled(count, REFRESH_MS);
  useEffect(() => pages.resize(count), [pages, count]);
  useEffect(() => {
    if (filter.kind !== 'all' && noticed > 0) {
      pages.refresh();
    }
  }, [pages, noticed, filter]);
}
