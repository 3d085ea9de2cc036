/** What a result was asked, the same way for all: a request of a session as the row and recipe that would ask the same. */
import type { Fields } from '@shared/columns';
import type { Recipe } from '@shared/model/run';
import { askIn, type PictureAsk } from '@shared/model/text';
import type { StoredRun } from '../../store/store';

interface PlainRow {
  readonly recipe: Recipe;
  readonly fields: Fields;
}

export function plainRow(run: Pick<StoredRun, 'origin' | 'recipe'>, fields: Fields): PlainRow {
  const ask = run.origin === 'session' ? askIn(fields) : null;
  return ask?.kind === 'picture' ? rowOf(ask, fields) : { recipe: run.recipe, fields };
}

function rowOf({ task, model, prompt, inputs, mask, ...asked }: PictureAsk, fields: Fields): PlainRow {
  const { aspectRatio, imageSize, quality } = asked;
  return {
    recipe: {
      task,
      models: [model],
      instruction: '{{prompt}}',
      imageColumns: ['image'],
      maskColumn: 'mask',
      variants: 1,
      ...(aspectRatio === undefined ? {} : { aspectRatio }),
      ...(imageSize === undefined ? {} : { imageSize }),
      ...(quality === undefined ? {} : { quality }),
    },
    fields: { ...fields, prompt, image: JSON.stringify(inputs), mask: mask ?? '' },
  };
}
