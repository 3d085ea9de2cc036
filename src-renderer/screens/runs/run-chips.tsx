/** Filter chips by state and kind of failure, and the size of the tiles. */
import { isUnderWay, type Run } from '@shared/model/run';
import { filterChips, isSameFilter, jobTotal } from '../../jobs/job-words';
import { useModel } from '../../state/app-model';
import { setFilter } from '../../state/ui-store';
import type { JobFilter } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { TileSizeSlider } from '../../ui/tile-size-slider';
import { FilterRow } from './filter-row';

export function RunChips({ run, filter }: { readonly run: Run; readonly filter: JobFilter }) {
  const { ui } = useModel();
  // As wide as they may become: a figure that grows moves nothing.
  const digits = isUnderWay(run) ? formatCount(jobTotal(run.counts)).length : 0;
  return (
    <div className="run-chips">
      <FilterRow chosen={JSON.stringify(filter)}>
        {filterChips(run).map((chip) => (
          <button
            aria-pressed={isSameFilter(chip.filter, filter)}
            className="chip"
            key={chip.label}
            onClick={() => setFilter(ui, run.id, chip.filter)}
            type="button"
          >
            {chip.tone !== null && <Mark tone={chip.tone} />}
            {chip.label}{' '}
            {chip.filter.kind !== 'all' && (
              <span className="chip-count" style={{ minWidth: `${digits}ch` }}>
                {formatCount(chip.count)}
              </span>
            )}
          </button>
        ))}
      </FilterRow>
      <TileSizeSlider />
    </div>
  );
}
