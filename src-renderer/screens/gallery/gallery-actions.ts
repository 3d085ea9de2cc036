/** What can be done in the gallery, for its buttons and its keys: to what is meant by `GalleryModel.meant`. */
import type { GalleryChange } from '@shared/model/gallery';
import type { JobTile } from '@shared/model/run';
import type { AppModel } from '../../state/app-model';
import type { GalleryDialog } from '../../state/gallery';
import { countSelected, isSelected, toGallerySelection } from '../../state/gallery-selection';
import { show, toast } from '../../state/ui-store';
import { editInStudio } from '../studio/edit-in-studio';

/** A request takes no more pictures anyway. */
const MOST_IN_STUDIO = 16;

export function createGalleryActions(model: AppModel) {
  const { gallery, ui } = model;
  const meant = () => toGallerySelection(gallery.meant());

  function change(what: GalleryChange): void {
    const selection = meant();
    if (selection === null) {
      toast(ui, 'Select a result first');
    } else {
      void gallery.work.change(selection, what);
    }
  }

  return {
    meant,
    change,
    verdict: (verdict: 'accepted' | 'rejected' | null) => change({ kind: 'verdict', verdict }),
    rating: (rating: number | null) => change({ kind: 'rating', rating }),
    open(dialog: GalleryDialog): void {
      const needsOne = dialog === 'tag' || dialog === 'rerun' || dialog === 'arena';
      if (needsOne && meant() === null) {
        toast(ui, 'Select a result first');
      } else {
        gallery.store.setState({ dialog });
      }
    },
    /** First what is on screen, then all that the filter finds. */
    selectAll(): void {
      const { selection } = gallery.store.getState();
      const isSeen = selection.chosen.kind === 'ids' && selection.chosen.ids.size > 0 && allSeenChosen(model);
      if (isSeen || selection.chosen.kind === 'matching') {
        gallery.pickMatching();
      } else {
        void gallery.pickSeen();
      }
    },
    export(): void {
      const state = gallery.meant();
      const selection = toGallerySelection(state);
      if (selection === null) {
        toast(ui, 'Select a result first');
      } else {
        const subject = { kind: 'selection', selection, count: countSelected(state) } as const;
        model.outgoing.ask({ kind: 'export', subject });
      }
    },
    /** What is selected, else all that is found. */
    review(): void {
      const { selection, query } = gallery.store.getState();
      const chosen = countSelected(selection) > 1 ? toGallerySelection(selection) : null;
      // By its query alone, whatever list was seen: who comes back to it comes to the same sitting.
      const except = chosen?.kind === 'matching' ? chosen.except : [];
      const all = { kind: 'matching', query, except } as const;
      show(ui, { kind: 'review', runId: null, selection: chosen?.kind === 'ids' ? chosen : all });
    },
    async editInStudio(): Promise<void> {
      const resultIds = chosenTiles(model).flatMap(({ resultId }) => resultId ?? []);
      if (resultIds.length > MOST_IN_STUDIO) {
        toast(ui, `The studio takes ${MOST_IN_STUDIO} pictures at once: select fewer`);
      } else {
        await editInStudio(model, resultIds);
      }
    },
  };
}

function allSeenChosen({ gallery }: AppModel): boolean {
  const { selection } = gallery.store.getState();
  return gallery.seenTiles().every(({ id }) => isSelected(selection, id));
}

/** Those of what is meant that are loaded, in the order of the list. */
export function chosenTiles({ gallery }: AppModel): readonly JobTile[] {
  const selection = gallery.meant();
  return [...gallery.pages.store.getState().pages]
    .sort(([one], [other]) => one - other)
    .flatMap(([, page]) =>
      page.flatMap((tile) => (tile !== undefined && isSelected(selection, tile.id) ? [tile] : [])),
    );
}
