/** Step 4: which rows, how many at once, and what to do about failures. */
import { parseRowFilter } from '@shared/row-filter';
import type { ActionError } from '../../state/use-action';
import { NumberField, TextField } from '../../ui/field';
import type { DraftView } from './use-draft';

interface RunSectionProps {
  readonly view: DraftView;
  readonly refused: ActionError | null;
}

export function RunSection({ view, refused }: RunSectionProps) {
  const { draft, change } = view;
  const filter = parseRowFilter(draft.filterRows);
  const ofMain = refused?.field === 'filterRows' ? refused.sentence : undefined;
  return (
    <>
      <h2>Run</h2>
      <div className="fields">
        <TextField
          className="span2"
          error={filter.kind === 'refused' ? filter.sentence : ofMain}
          hint="Blank: all rows. Counts from 0; the end is not included."
          label="Rows"
          onChange={(event) => change({ filterRows: event.target.value })}
          placeholder="0:100,205"
          value={draft.filterRows}
        />
        <NumberField
          hint="at most, over all endpoints"
          label="Requests in flight"
          max={1024}
          min={1}
          onChange={(concurrency) => change({ concurrency: Math.round(concurrency ?? 16) })}
          value={draft.concurrency}
        />
        <NumberField
          hint="keys at their limit do not count"
          label="Retries of a failed row"
          max={100}
          min={0}
          onChange={(maxRetries) => change({ maxRetries: Math.round(maxRetries ?? 0) })}
          value={draft.maxRetries}
        />
        <NumberField
          label="First retry after, seconds"
          max={3600}
          min={0}
          onChange={(seconds) => change({ retryDelayMs: Math.round((seconds ?? 1) * 1000) })}
          step={0.5}
          value={draft.retryDelayMs / 1000}
        />
      </div>
    </>
  );
}
