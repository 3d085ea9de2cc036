/** Model, shape, number, lock and turn of the request: one row of controls. */
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { QUALITIES, takesQuality } from '../../state/quality';
import { FEATHER, MOST_VARIANTS, subjectOf } from '../../state/studio-draft';
import { Checkbox, NumberField, SelectField } from '../../ui/field';
import { catalogued, modelOf, turnOf } from './composer-rules';
import type { AskContext } from './composer-rules';
import { MaskButton } from './mask-button';
import { ModelSelect } from './model-select';
import type { StudioView } from './use-studio';

interface SettingsProps {
  readonly view: StudioView;
  readonly context: AskContext;
}

export function ComposerSettings({ view, context }: SettingsProps) {
  const { draft, change } = view;
  const choice = modelOf(draft, context);
  const hasSubject = subjectOf(draft.inputs) !== undefined;
  return (
    <div className="composer-settings">
      <ModelSelect choice={choice} context={context} onChange={(model) => change({ model })} />
      <Shape choice={choice} context={context} view={view} />
      <SelectField
        className="variants"
        label="Variants"
        onChange={(event) => change({ variants: Number(event.target.value) })}
        value={draft.variants}
      >
        {Array.from({ length: MOST_VARIANTS }, (_, at) => (
          <option key={at} value={at + 1}>
            {at + 1}
          </option>
        ))}
      </SelectField>
      {hasSubject && (
        <>
          <MaskButton view={view} />
          <LockSwitch view={view} />
          {choice !== undefined && PROVIDER_TRAITS[choice.provider].keepsTurns && (
            <TurnSelect context={context} view={view} />
          )}
        </>
      )}
    </div>
  );
}

function Shape({ view, context, choice }: SettingsProps & { readonly choice: ModelChoice | undefined }) {
  const { draft, change } = view;
  const model = catalogued(choice, context.models);
  const ratios = model?.ratios ?? [];
  const [first, ...others] = model?.sizes ?? [];
  // A size of that name is what is meant by none.
  const sizes = first === undefined || first === 'auto' ? others : [first, ...others];
  return (
    <>
      {ratios.length > 0 && (
        <SelectField
          label="Ratio"
          onChange={(event) => change({ aspectRatio: event.target.value })}
          value={ratios.includes(draft.aspectRatio) ? draft.aspectRatio : ''}
        >
          <option value="">Auto</option>
          <Options values={ratios} />
        </SelectField>
      )}
      {sizes.length > 0 && (
        <SelectField
          className="size"
          label="Size"
          onChange={(event) => change({ imageSize: event.target.value })}
          value={sizes.includes(draft.imageSize) ? draft.imageSize : ''}
        >
          <option value="">{first === 'auto' ? 'Auto' : `Auto (${first})`}</option>
          <Options values={sizes} />
        </SelectField>
      )}
      {takesQuality(choice) && (
        <>
          <SelectField
            label="Quality"
            onChange={(event) => change({ quality: event.target.value })}
            value={draft.quality}
          >
            <option value="">Auto</option>
            <Options values={QUALITIES} />
          </SelectField>
          <SelectField
            label="Partials"
            onChange={(event) => change({ partialImages: Number(event.target.value) })}
            title="Previews sent while the picture is being made, where the endpoint streams them; each is charged"
            value={draft.partialImages}
          >
            <option value={0}>None</option>
            {[1, 2, 3].map((count) => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
          </SelectField>
        </>
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

function LockSwitch({ view }: { readonly view: StudioView }) {
  const { draft, change } = view;
  return (
    <div className="lock-switch">
      <Checkbox
        aria-keyshortcuts="D"
        checked={draft.isLocked}
        label="Lock the rest"
        onChange={(event) => change({ isLocked: event.target.checked })}
        title="Outside the mask, the pixels of the source are kept exactly. Without a mask, the drift is measured only. Over the pixels of Blend, at the mask’s edge, the edit goes over into the rest. (D)"
      />
      {draft.isLocked && (
        <NumberField
          className="feather"
          label="Blend, px"
          max={FEATHER.largest}
          min={FEATHER.smallest}
          onChange={(featherPx) => change({ featherPx: Math.round(featherPx ?? FEATHER.initial) })}
          value={draft.featherPx}
        />
      )}
    </div>
  );
}

/** The user always sees which of both it will be. */
function TurnSelect({ view, context }: SettingsProps) {
  const turn = turnOf(view.draft, context);
  const mayConverse = turn.kind === 'conversation' || turn.mayConverse;
  return (
    <SelectField
      className="turn"
      disabled={!mayConverse}
      label="Turn"
      onChange={(event) => view.change({ wantsConversation: event.target.value === 'conversation' })}
      title={
        turn.kind === 'fresh'
          ? turn.why
          : 'The model is reminded of its own answer and of what was asked before.'
      }
      value={turn.kind}
    >
      <option disabled={!mayConverse} value="conversation">
        Continues the conversation
      </option>
      <option value="fresh">Sent as a fresh edit</option>
    </SelectField>
  );
}
