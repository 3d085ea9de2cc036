/** The foot of the gallery: order, jump, the size of tiles; and above it what is under way. */
import { GALLERY_SORTS, gallerySortSchema } from '@shared/model/gallery';
import { useStore } from 'zustand';
import { useModel } from '../../state/app-model';
import { countSelected } from '../../state/gallery-selection';
import { formatCount } from '../../ui/format';
import { TileSizeSlider } from '../../ui/tile-size-slider';
import { createGalleryActions } from './gallery-actions';
import { SORT_TITLES } from './gallery-words';
import { Keys } from '../../ui/keys';

export function GalleryFoot() {
  const model = useModel();
  const { gallery } = model;
  const actions = createGalleryActions(model);
  const { query, look, selection, answer } = useStore(gallery.store);
  const focus = selection.focus;
  const count = countSelected(selection);
  return (
    <footer className="gallery-foot">
      {focus !== null && answer !== null && answer.total > 0 && (
        <span className="num hint">
          {formatCount(focus + 1)} / {formatCount(answer.total)}
        </span>
      )}
      <button
        aria-keyshortcuts="Control+G"
        className="btn small ghost"
        onClick={() => gallery.store.setState({ dialog: 'jump' })}
        type="button"
      >
        Go to row… <Keys press="Ctrl+G" />
      </button>
      {query.place === 'library' && (answer?.total ?? 0) > 0 && (
        <button aria-keyshortcuts="v" className="btn small" onClick={actions.review} type="button">
          Review {formatCount(count > 1 ? count : (answer?.total ?? 0))} <Keys press="V" />
        </button>
      )}
      {query.place === 'trash' && (answer?.trashed ?? 0) > 0 && (
        <button
          className="btn small danger"
          onClick={() => gallery.store.setState({ dialog: 'emptyTrash' })}
          type="button"
        >
          Empty the trash…
        </button>
      )}
      <span className="grow" />
      <label className="hint row">
        Order
        <select
          className="input small"
          onChange={(event) => gallery.ask({ ...query, sort: gallerySortSchema.parse(event.target.value) })}
          value={query.sort}
        >
          {GALLERY_SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {SORT_TITLES[sort]}
            </option>
          ))}
        </select>
      </label>
      {look === 'grid' && <TileSizeSlider />}
    </footer>
  );
}
