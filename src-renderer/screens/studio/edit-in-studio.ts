/** "Edit in studio": results of any run become sources of a new tree, ready to be edited. */
import type { AppModel } from '../../state/app-model';
import { bringResults, focusInstruction, newTree } from './studio-actions';

/** The first is what is edited, the others are looked at; see `withInputs`. */
export async function editInStudio(model: AppModel, resultIds: readonly number[]): Promise<void> {
  if (resultIds.length === 0) {
    return;
  }
  newTree(model);
  await bringResults(model, resultIds);
  focusInstruction();
}
