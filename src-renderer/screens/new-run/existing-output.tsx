/** A chosen output folder that holds something already: what it is, and what becomes of it. Nothing is mixed unasked. */
import type { RunRequest } from '@shared/contract';
import type { ExistingOutput } from '@shared/model/plan';
import { plural } from '../../ui/format';

export type OnExisting = NonNullable<RunRequest['onExisting']>;

interface Choice {
  readonly value: OnExisting;
  readonly label: string;
  readonly hint: string;
}

interface ExistingOutputProps {
  readonly existing: ExistingOutput;
  readonly chosen: OnExisting | null;
  onChoose(chosen: OnExisting): void;
}

export function ExistingOutputChoice({ existing, chosen, onChoose }: ExistingOutputProps) {
  return (
    <fieldset className="plain stack existing-output">
      <legend className="legend">{sentenceOf(existing)}</legend>
      {choicesOf(existing).map(({ value, label, hint }) => (
        <label className="choice" key={value}>
          <input
            checked={chosen === value}
            name="on-existing"
            onChange={() => onChoose(value)}
            type="radio"
          />
          <span>
            <b>{label}</b>
            <span className="hint">{hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What is meant where nothing was chosen: going on with a run that asks for the same. Null: it must be said. */
export function onExistingOf(
  existing: ExistingOutput | undefined,
  chosen: OnExisting | null,
): OnExisting | null {
  if (existing === undefined) {
    return null;
  }
  if (chosen !== null) {
    return choicesOf(existing).some(({ value }) => value === chosen) ? chosen : null;
  }
  return existing.kind === 'run' && existing.changes.length === 0 ? 'resume' : null;
}

function sentenceOf(existing: ExistingOutput): string {
  switch (existing.kind) {
    case 'run':
      return existing.changes.length === 0
        ? `The folder holds the run “${existing.name}”, with the same recipe.`
        : `The folder holds the run “${existing.name}”, which has a different recipe: ${existing.changes.join('; ')}.`;
    case 'pictures':
      return `The folder holds ${plural(existing.whole + existing.torn, 'picture')} that this library has no record of.`;
  }
}

const FRESH: Choice = {
  value: 'fresh',
  label: 'Use a new subfolder',
  hint: 'Existing files are left alone.',
};

function choicesOf(existing: ExistingOutput): readonly Choice[] {
  switch (existing.kind) {
    case 'run':
      return [
        {
          value: 'resume',
          label: `Resume “${existing.name}”`,
          hint:
            existing.changes.length === 0
              ? 'What is done stays; only the rest is sent.'
              : 'With its original recipe; the one above is not used.',
        },
        {
          value: 'anew',
          label: 'Send everything again',
          hint: 'A new run with the recipe above, in this folder.',
        },
        FRESH,
      ];
    case 'pictures':
      return [
        ...(existing.whole === 0
          ? []
          : [
              {
                value: 'adopt' as const,
                label: `Count ${plural(existing.whole, 'intact picture')} as done`,
                hint: tornWords(existing.torn),
              },
            ]),
        { value: 'anew', label: 'Send everything again', hint: 'As if the folder were empty.' },
        FRESH,
      ];
  }
}

function tornWords(torn: number): string {
  return torn === 0
    ? 'Only the other rows are sent.'
    : `Only the other rows are sent, and ${plural(torn, 'row')} whose file is incomplete.`;
}
