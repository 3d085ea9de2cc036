/** Splits, recipes and what makes a pair. */
import type { ExportFormat, ExportOptions } from '@shared/model/export';
import { useEffect, useState } from 'react';
import { useModel } from '../state/app-model';
import { Checkbox, NumberField, SelectField } from '../ui/field';

interface OptionProps {
  readonly format: ExportFormat;
  readonly options: ExportOptions;
  change(part: Partial<ExportOptions>): void;
}

const USUAL_SPLITS = { validation: 10, test: 10, seed: 1 };
/** Something must be left for training. */
const MOST_HELD_OUT = 90;

export function ExportOptionFields(props: OptionProps) {
  const { format, options, change } = props;
  return (
    <div className="stack">
      {format === 'pairs' && <PairFields {...props} />}
      <Checkbox
        checked={options.splits !== undefined}
        label="Split into training, validation and test, all variants of a row together"
        onChange={(event) => change(event.target.checked ? { splits: USUAL_SPLITS } : { splits: undefined })}
      />
      {options.splits !== undefined && <SplitFields {...props} splits={options.splits} />}
      <Checkbox
        checked={options.embedRecipe}
        label="Embed recipes: each picture records how it was made (signed pictures stay as they are)"
        onChange={(event) => change({ embedRecipe: event.target.checked })}
      />
    </div>
  );
}

function SplitFields({
  splits,
  change,
}: OptionProps & { readonly splits: NonNullable<ExportOptions['splits']> }) {
  const set = (part: Partial<typeof splits>) => change({ splits: { ...splits, ...part } });
  return (
    <div className="fields three">
      <NumberField
        hint="% of the rows"
        label="Validation"
        max={MOST_HELD_OUT - splits.test}
        min={0}
        onChange={(validation) => validation !== undefined && set({ validation })}
        value={splits.validation}
      />
      <NumberField
        hint="% of the rows"
        label="Test"
        max={MOST_HELD_OUT - splits.validation}
        min={0}
        onChange={(test) => test !== undefined && set({ test })}
        value={splits.test}
      />
      <NumberField
        hint="The same seed splits the same way"
        label="Seed"
        max={2 ** 31}
        min={0}
        onChange={(seed) => seed !== undefined && set({ seed })}
        value={splits.seed}
      />
    </div>
  );
}

function PairFields({ options: { pairs }, change }: OptionProps) {
  const arenas = useArenas();
  return (
    <fieldset className="choices">
      <legend>Prefer</legend>
      <Checkbox
        checked={pairs.verdicts}
        label="accepted over rejected"
        onChange={(event) => change({ pairs: { ...pairs, verdicts: event.target.checked } })}
      />
      <Checkbox
        checked={pairs.ratings}
        label="the higher rating, where verdicts do not decide"
        onChange={(event) => change({ pairs: { ...pairs, ratings: event.target.checked } })}
      />
      {arenas.length > 0 && (
        <SelectField
          label="and the choices made in this arena"
          onChange={(event) => {
            const { arenaId: _, ...rest } = pairs;
            const chosen = Number(event.target.value);
            change({ pairs: chosen === 0 ? rest : { ...rest, arenaId: chosen } });
          }}
          value={pairs.arenaId ?? 0}
        >
          <option value={0}>none</option>
          {arenas.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </fieldset>
  );
}

function useArenas(): readonly { readonly id: number; readonly name: string }[] {
  const { backend } = useModel();
  const [arenas, setArenas] = useState<readonly { readonly id: number; readonly name: string }[]>([]);
  useEffect(() => {
    let isCurrent = true;
    backend.client.arena.list().then(
      (found) => isCurrent && setArenas(found),
      // Without arenas there are verdicts and ratings still.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend]);
  return arenas;
}
