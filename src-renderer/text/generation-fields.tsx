/** The options of an answer's generation, as far as the chosen models have them. Blank: automatic. */
import type { Generation } from '@shared/model/text';
import { useState } from 'react';
import type { GenerationKey } from '../state/text-settings';
import { Field, NumberField } from '../ui/field';

interface Option {
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number | 'any';
}

const OPTIONS: Readonly<Record<Exclude<GenerationKey, 'stop'>, Option>> = {
  temperature: { label: 'Temperature', hint: '0 to 2', min: 0, max: 2, step: 'any' },
  topP: { label: 'Top P', hint: '0 to 1', min: 0, max: 1, step: 'any' },
  topK: { label: 'Top K', hint: 'likeliest words', min: 1, max: 1000 },
  maxOutputTokens: { label: 'Max output tokens', hint: 'longer is cut off', min: 1, max: 1_000_000 },
  candidateCount: { label: 'Candidates', hint: 'each is charged', min: 1, max: 8 },
  seed: { label: 'Seed', hint: 'same seed, similar answer', min: -2_147_483_648, max: 2_147_483_647 },
  thinkingBudget: { label: 'Thinking tokens', hint: '0: none, -1: free', min: -1, max: 1_000_000 },
  presencePenalty: { label: 'Presence penalty', hint: '-2 to 2', min: -2, max: 2, step: 'any' },
  frequencyPenalty: { label: 'Frequency penalty', hint: '-2 to 2', min: -2, max: 2, step: 'any' },
};

interface GenerationFieldsProps {
  readonly generation: Generation;
  readonly options: readonly GenerationKey[];
  onChange(generation: Generation): void;
}

export function GenerationFields({ generation, options, onChange }: GenerationFieldsProps) {
  return (
    <div className="generation-fields">
      {options.map((key) => {
        if (key === 'stop') {
          return <StopField generation={generation} key={key} onChange={onChange} />;
        }
        const { label, hint, min, max, step = 1 } = OPTIONS[key];
        return (
          <NumberField
            hint={hint}
            key={key}
            label={label}
            max={max}
            min={min}
            onChange={(value) => onChange(withOption(generation, key, step === 'any' ? value : whole(value)))}
            placeholder="auto"
            step={step}
            value={generation[key]}
          />
        );
      })}
    </div>
  );
}

const MOST_STOPS = 5;

/** One on each line: a stop sequence may hold anything but a line break, which is written as \\n. */
function StopField({ generation, onChange }: Pick<GenerationFieldsProps, 'generation' | 'onChange'>) {
  /** As it is being written; null: as it is kept. */
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    const { stop: _, ...others } = generation;
    const stop = stopsIn(text);
    setTyped(text);
    onChange(stop.length === 0 ? others : { ...others, stop });
  };
  return (
    <Field
      className="generation-wide"
      hint="One on each line, at most 5; \n: a line break"
      label="Stop before"
    >
      {(wiring) => (
        <textarea
          className="input mono"
          onBlur={() => setTyped(null)}
          onChange={(event) => change(event.target.value)}
          placeholder="never"
          rows={2}
          value={typed ?? (generation.stop ?? []).map((one) => one.replaceAll('\n', '\\n')).join('\n')}
          {...wiring}
        />
      )}
    </Field>
  );
}

function stopsIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\n', '\n').slice(0, 500))
    .slice(0, MOST_STOPS);
}

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

/** Blank takes the option away. */
function withOption(
  generation: Generation,
  key: keyof typeof OPTIONS,
  value: number | undefined,
): Generation {
  const { [key]: _, ...others } = generation;
  return value === undefined ? others : { ...others, [key]: value };
}
