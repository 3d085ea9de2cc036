/** Step 3: models, shape and size, how many, and where the files go. */
import type { ExistingOutput } from '@shared/model/plan';
import { useLive, useModel } from '../../state/app-model';
import { sharedChoices } from '../../state/new-run-draft';
import { QUALITIES, takesQuality } from '../../state/quality';
import { useAction } from '../../state/use-action';
import { NumberField, SelectField, TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { ExistingOutputChoice, onExistingOf } from './existing-output';
import { ModelTable } from './model-table';
import type { DraftView } from './use-draft';

interface OutputSectionProps {
  readonly view: DraftView;
  /** What the chosen folder holds. */
  readonly existing: ExistingOutput | undefined;
}

export function OutputSection({ view, existing }: OutputSectionProps) {
  const { draft, change } = view;
  const models = useLive((state) => state.models);
  const { sizes, ratios } = sharedChoices(draft.models, models);
  return (
    <>
      <h2>Output</h2>
      <ModelTable
        chosen={draft.models}
        key={`${draft.datasetId} ${draft.task}`}
        onChange={(chosen) => {
          const next = sharedChoices(chosen, models);
          change({
            models: chosen,
            aspectRatio: next.ratios.includes(draft.aspectRatio) ? draft.aspectRatio : '',
            imageSize: next.sizes.includes(draft.imageSize) ? draft.imageSize : '',
          });
        }}
        task={draft.task}
      />
      <div className="fields">
        {draft.task !== 'text' && <Shape ratios={ratios} sizes={sizes} view={view} />}
        <NumberField
          label={draft.task === 'text' ? 'Answers per row' : 'Pictures per row'}
          max={100}
          min={1}
          onChange={(variants) => change({ variants: Math.round(variants ?? 1) })}
          value={draft.variants}
        />
        <TextField
          label="Name of the run"
          maxLength={200}
          onChange={(event) => change({ name: event.target.value })}
          placeholder={view.dataset?.name ?? ''}
          value={draft.name}
        />
      </div>
      <OutputFolder view={view} />
      {existing !== undefined && draft.outputGrant !== null && (
        <ExistingOutputChoice
          chosen={onExistingOf(existing, draft.onExisting)}
          existing={existing}
          onChoose={(onExisting) => change({ onExisting })}
        />
      )}
    </>
  );
}

interface ShapeProps {
  readonly view: DraftView;
  readonly ratios: readonly string[];
  readonly sizes: readonly string[];
}

function Shape({ view, ratios, sizes }: ShapeProps) {
  const { draft, change } = view;
  return (
    <>
      <SelectField
        label="Ratio"
        onChange={(event) => change({ aspectRatio: event.target.value })}
        value={draft.aspectRatio}
      >
        <option value="">Auto</option>
        <Options values={ratios} />
      </SelectField>
      <SelectField
        label="Size"
        onChange={(event) => change({ imageSize: event.target.value })}
        value={draft.imageSize}
      >
        <option value="">{sizes[0] === undefined ? 'Auto' : `Default (${sizes[0]})`}</option>
        <Options values={sizes} />
      </SelectField>
      {draft.models.some(takesQuality) && (
        <SelectField
          label="Quality"
          onChange={(event) => change({ quality: event.target.value })}
          value={draft.quality}
        >
          <option value="">Auto</option>
          <Options values={QUALITIES} />
        </SelectField>
      )}
    </>
  );
}

function Options({ values }: { readonly values: readonly string[] }) {
  return values.map((value) => (
    <option key={value} value={value}>
      {value}
    </option>
  ));
}

function OutputFolder({ view }: { readonly view: DraftView }) {
  const { draft, change } = view;
  const { backend } = useModel();
  const action = useAction();
  const chosen = useLive((state) => state.settings?.outputDir);
  const initial = useLive((state) => state.info?.defaultOutputDir ?? '');
  const folder = chosen === undefined || chosen === '' ? initial : chosen;
  return (
    <div className="stack">
      <div className="row">
        <span className="hint clip">
          {draft.outputGrant === null ? (
            <>
              Saved to a new folder in <code>{folder}</code>
            </>
          ) : (
            <>
              Saved to the folder <b>{draft.outputGrant.name}</b>
            </>
          )}
        </span>
        {backend.browser === undefined && (
          <button
            className="btn small ghost"
            onClick={() =>
              void action.run(async () => {
                const outputGrant = await backend.client.files.pick({ purpose: 'outputFolder' });
                if (outputGrant !== null) {
                  change({ outputGrant, onExisting: null });
                }
              })
            }
            type="button"
          >
            Choose a folder…
          </button>
        )}
        {draft.outputGrant !== null && (
          <button
            className="btn small ghost"
            onClick={() => change({ outputGrant: null, onExisting: null })}
            type="button"
          >
            Use the default
          </button>
        )}
      </div>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </div>
  );
}
