/** How the next answer is made: system prompt, options, and the shape it is to have. */
import { useModel } from '../../state/app-model';
import { changeTextSettings } from '../../state/text';
import { optionsFor } from '../../state/text-settings';
import type { TextSettings } from '../../state/text-settings';
import { AnswerShapeFields } from '../../text/answer-shape';
import { GenerationFields } from '../../text/generation-fields';
import { Field } from '../../ui/field';
import { modelOf } from './text-rules';
import { useText, useTextContext } from './use-text';

export function TextInspector() {
  const { text } = useModel();
  const context = useTextContext();
  const draft = useText((state) => state.draft);
  const { settings } = draft;
  const choice = modelOf({ draft }, context);
  const options = choice === undefined ? [] : optionsFor([choice], context.models);
  const change = (part: Partial<TextSettings>) => changeTextSettings(text, part);
  const count = options.filter((key) => settings.generation[key] !== undefined).length;
  return (
    <>
      <div className="pad">
        <AnswerShapeFields onChange={change} settings={settings} />
      </div>
      <details className="pad text-fold" open={settings.system !== ''}>
        <summary>System prompt{settings.system === '' ? '' : ', set'}</summary>
        <Field hint="Stays for the next requests, too" label="Instructions the model gets before the prompt">
          {(wiring) => (
            <textarea
              className="input"
              maxLength={100_000}
              onChange={(event) => change({ system: event.target.value })}
              placeholder="You are a careful editor. Answer in plain words."
              rows={5}
              value={settings.system}
              {...wiring}
            />
          )}
        </Field>
      </details>
      <details className="pad text-fold">
        <summary>Options{count === 0 ? '' : `, ${count} set`}</summary>
        <GenerationFields
          generation={settings.generation}
          onChange={(generation) => change({ generation })}
          options={options}
        />
      </details>
    </>
  );
}
