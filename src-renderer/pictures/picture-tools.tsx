/** A picture's way out of the library, for a head or a panel: to drag by, and the menu. */
import type { PictureRef } from '@shared/model/picture';
import { Ellipsis } from 'lucide-react';
import { useModel } from '../state/app-model';
import { MenuButton } from '../ui/menu';
import { DragHandle } from './drag-out';
import { askToSave, copyPicture, pictureMenu, showPicture } from './picture-actions';

export function PictureTools({ picture }: { readonly picture: PictureRef }) {
  const model = useModel();
  return (
    <span className="row">
      <DragHandle pictures={[picture]} />
      <MenuButton
        icon={<Ellipsis aria-hidden="true" size={14} />}
        isSmall
        items={pictureMenu(model, picture)}
        label="Picture actions"
      />
    </span>
  );
}

/** The same as buttons, where there is room for them. */
export function PictureButtons({ picture }: { readonly picture: PictureRef }) {
  const model = useModel();
  return (
    <>
      <button className="btn small" onClick={() => askToSave(model, picture)} type="button">
        Save as…
      </button>
      <button className="btn small" onClick={() => void copyPicture(model, picture)} type="button">
        Copy
      </button>
      {model.backend.browser === undefined && (
        <button className="btn small" onClick={() => void showPicture(model, picture)} type="button">
          Show in folder
        </button>
      )}
      <DragHandle pictures={[picture]} />
    </>
  );
}
