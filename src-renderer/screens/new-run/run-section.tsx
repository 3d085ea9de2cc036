/** Step 4: which rows, how many at once, what to do about failures and quotas, and who may serve. */
import { prioritySchema, waitForQuotaSchema } from '@shared/model/run';
import type { Priority, WaitForQuota } from '@shared/model/run';
import { parseRowFilter } from '@shared/row-filter';
import type { ActionError } from '../../state/use-action';
import { CapsFields } from '../../ui/caps-fields';
import { Checkbox, NumberField, SelectField, TextField } from '../../ui/field';
import { ServeSection } from './serve-section';
import type { DraftView } from './use-draft';

interface RunSectionProps {
  readonly view: DraftView;
  readonly refused: ActionError | null;
}

const WAIT_WORDS: Readonly<Record<WaitForQuota, readonly [string, string]>> = {
  always: ['Always', 'also overnight, until the daily reset'],
  minutes: ['Minute limits only', 'stops when all keys are out for the day'],
  never: ['Never', 'stops when no key can send'],
};

const PRIORITY_OPTIONS: Readonly<Record<Priority, readonly [string, string]>> = {
  high: ['High', 'served before all others'],
  normal: ['Normal', 'shares fairly with others like it'],
  low: ['Low', 'sent while nothing else can be'],
};

export function RunSection({ view, refused }: RunSectionProps) {
  const { draft, change } = view;
  return (
    <>
      <h2>Run</h2>
      <div className="fields">
        <RowsField refused={refused} view={view} />
        <InFlight view={view} />
        <SelectField
          hint={WAIT_WORDS[draft.waitForQuota][1]}
          label="Wait for quota"
          onChange={(event) => {
            const chosen = waitForQuotaSchema.safeParse(event.target.value);
            if (chosen.success) {
              change({ waitForQuota: chosen.data });
            }
          }}
          value={draft.waitForQuota}
        >
          {waitForQuotaSchema.options.toReversed().map((option) => (
            <option key={option} value={option}>
              {WAIT_WORDS[option][0]}
            </option>
          ))}
        </SelectField>
        <PriorityField view={view} />
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
        <CapsFields
          caps={draft.caps}
          costHint="then the run pauses"
          onChange={(caps) => change({ caps })}
          requestsHint="retries count, too"
        />
      </div>
      <ServeSection refused={refused} view={view} />
    </>
  );
}

function PriorityField({ view }: { readonly view: DraftView }) {
  const { draft, change } = view;
  return (
    <SelectField
      hint={PRIORITY_OPTIONS[draft.priority][1]}
      label="Priority"
      onChange={(event) => {
        const chosen = prioritySchema.safeParse(event.target.value);
        if (chosen.success) {
          change({ priority: chosen.data });
        }
      }}
      value={draft.priority}
    >
      {prioritySchema.options.map((option) => (
        <option key={option} value={option}>
          {PRIORITY_OPTIONS[option][0]}
        </option>
      ))}
    </SelectField>
  );
}

function RowsField({ view, refused }: RunSectionProps) {
  const { draft, change } = view;
  const filter = parseRowFilter(draft.filterRows);
  const ofMain = refused?.field === 'filterRows' ? refused.sentence : undefined;
  return (
    <TextField
      error={filter.kind === 'refused' ? filter.sentence : ofMain}
      hint="blank: all; counted from 0, end not included"
      label="Rows"
      onChange={(event) => change({ filterRows: event.target.value })}
      placeholder="0:100,205"
      value={draft.filterRows}
    />
  );
}

function InFlight({ view }: { readonly view: DraftView }) {
  const { draft, change } = view;
  return (
    <div>
      <NumberField
        hint={draft.autoConcurrency ? 'until rate and latency are known' : 'at most, over all endpoints'}
        label="Requests in flight"
        max={1024}
        min={1}
        onChange={(concurrency) => change({ concurrency: Math.round(concurrency ?? 16) })}
        value={draft.concurrency}
      />
      <Checkbox
        checked={draft.autoConcurrency}
        label="Automatic"
        onChange={(event) => change({ autoConcurrency: event.target.checked })}
        title="Follows the allowed rate and the latency of the answers"
      />
    </div>
  );
}
