/** What shape the answer is to have: text, JSON after a schema, or a story. */
import { Maximize2 } from 'lucide-react';
import { useState } from 'react';
import type { AnswerShape, TextSettings } from '../state/text-settings';
import { voicesOf } from '../state/text-settings';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { plural } from '../ui/format';
import { SchemaEditor } from './schema-editor';
import './text-parts.css';

const SHAPES: readonly { readonly shape: AnswerShape; readonly label: string }[] = [
  { shape: 'text', label: 'Text' },
  { shape: 'json', label: 'JSON' },
  { shape: 'story', label: 'Story' },
];

interface AnswerShapeProps {
  readonly settings: TextSettings;
  readonly schemaRows?: number;
  onChange(part: Partial<TextSettings>): void;
}

export function AnswerShapeFields({ settings, schemaRows, onChange }: AnswerShapeProps) {
  return (
    <div className="stack">
      <fieldset className="plain">
        <legend className="legend">Shape of the answer</legend>
        <div className="shapes">
          {SHAPES.map(({ shape, label }) => (
            <label className="check" key={shape}>
              <input
                checked={settings.shape === shape}
                name="answer-shape"
                onChange={() => onChange({ shape })}
                type="radio"
              />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      {settings.shape === 'json' && (
        <SchemaPart onChange={onChange} rows={schemaRows} schema={settings.schema} />
      )}
      {settings.shape === 'story' && <StoryPart onChange={onChange} settings={settings} />}
    </div>
  );
}

interface SchemaPartProps {
  readonly schema: string;
  readonly rows: number | undefined;
  onChange(part: Partial<TextSettings>): void;
}

/** Narrow where it stands, so that it can be had large. */
function SchemaPart({ schema, rows = 14, onChange }: SchemaPartProps) {
  const [isLarge, setLarge] = useState(false);
  return (
    <>
      <SchemaEditor onChange={(next) => onChange({ schema: next })} rows={rows} value={schema} />
      <button className="btn small ghost start" onClick={() => setLarge(true)} type="button">
        <Maximize2 aria-hidden="true" size={13} />
        Edit it large…
      </button>
      {isLarge && (
        <Dialog className="wide" onClose={() => setLarge(false)} title="Schema">
          <SchemaEditor onChange={(next) => onChange({ schema: next })} rows={24} value={schema} />
          <div className="dialog-foot">
            <button className="btn primary" onClick={() => setLarge(false)} type="button">
              Done
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function StoryPart({ settings, onChange }: Pick<AnswerShapeProps, 'settings' | 'onChange'>) {
  const voices = voicesOf(settings.voices);
  return (
    <Field
      hint={
        voices.length === 0
          ? 'Ids, separated by commas or lines; blank: the model names any.'
          : `${plural(voices.length, 'voice')}; the narrator has one of them.`
      }
      label="Voices the narrator may have"
    >
      {(wiring) => (
        <textarea
          className="input mono"
          onChange={(event) => onChange({ voices: event.target.value })}
          placeholder="alloy, onyx"
          rows={2}
          spellCheck={false}
          value={settings.voices}
          {...wiring}
        />
      )}
    </Field>
  );
}
