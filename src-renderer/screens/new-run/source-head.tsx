/** Above the source: the form can also be filled in from a recipe that a picture of ours carries. */
import { Wand } from 'lucide-react';
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useModel } from '../../state/app-model';
import { EMPTY_DRAFT, recipePartOf } from '../../state/new-run-draft';
import { fillFromRecipe } from '../../state/picture-recipe';
import { openImages } from '../../state/sources';
import { Notice } from '../../ui/notice';

export function SourceHead() {
  const model = useModel();
  const input = useRef<HTMLInputElement>(null);
  const [why, setWhy] = useState<string | null>(null);
  return (
    <>
      <div className="row">
        <h2 className="grow">Source</h2>
        <button
          className="btn small"
          onClick={() => input.current?.click()}
          title="Task, instruction, model and shape as they were when the picture was made"
          type="button"
        >
          <Wand aria-hidden="true" size={13} />
          Use a picture’s recipe…
        </button>
        <input
          accept="image/png,image/jpeg,image/webp,.json"
          aria-label="Picture with a recipe"
          hidden
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file may be chosen again.
            event.target.value = '';
            if (file !== undefined) {
              void fillFromRecipe(model, file).then(setWhy);
            }
          }}
          ref={input}
          type="file"
        />
      </div>
      {why !== null && <Notice tone="info">{why}</Notice>}
      <Waiting />
    </>
  );
}

/** The recipe is there, the rows are not yet. */
function Waiting() {
  const model = useModel();
  const draft = useStore(model.draft);
  const { recipeOf, instruction, models } = draft;
  if (recipeOf === null) {
    return null;
  }
  const isPicture = !recipeOf.name.endsWith('.json');
  return (
    <Notice
      action={
        <span className="row">
          {isPicture && (
            <button className="btn small" onClick={() => void openImages(model, [recipeOf])} type="button">
              Use the picture as the source
            </button>
          )}
          <button
            className="btn small ghost"
            onClick={() => model.draft.setState({ ...recipePartOf(EMPTY_DRAFT), recipeOf: null })}
            type="button"
          >
            Discard the recipe
          </button>
        </span>
      }
      tone="info"
    >
      The recipe of {recipeOf.name} fills in the form once there is a source: “{shortened(instruction)}”,{' '}
      {models.map(({ model: name }) => name).join(', ')}.
    </Notice>
  );
}

const SHOWN_CHARACTERS = 120;

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS).trimEnd()}…`;
}
