/** What can be done with a picture outside the library, for menus and keys of any screen. */
import type { PictureRef } from '@shared/model/picture';
import type { AppModel } from '../state/app-model';
import { toast } from '../state/ui-store';
import type { MenuItem } from '../ui/menu';

export function askToSave({ outgoing }: AppModel, picture: PictureRef): void {
  outgoing.ask({ kind: 'save', picture });
}

export async function copyPicture({ outgoing, backend, ui }: AppModel, picture: PictureRef): Promise<void> {
  const isCopied = await outgoing.attempt(async () => {
    await backend.client.pictures.copy({ picture });
    return true;
  });
  if (isCopied === true) {
    toast(ui, 'Copied the picture');
  }
}

export async function showPicture({ outgoing, backend }: AppModel, picture: PictureRef): Promise<void> {
  await outgoing.attempt(() => backend.client.pictures.showInFolder({ picture }));
}

/** Only pictures of the studio: what is saved there becomes a child of the node. */
export async function editElsewhere(
  { outgoing, backend, ui }: AppModel,
  { nodeId, part }: Omit<Extract<PictureRef, { kind: 'node' }>, 'kind'>,
): Promise<void> {
  const opened = await outgoing.attempt(() => backend.client.pictures.editElsewhere({ nodeId, part }));
  if (opened !== undefined && backend.browser !== undefined) {
    toast(
      ui,
      'A browser cannot open other programs: edit the downloaded picture, then drop it on the studio',
    );
  } else if (opened !== undefined) {
    const name = opened.name ?? 'the program your system opens pictures in';
    toast(ui, `Opened in ${name}; what you save there comes back as a new picture`);
  }
}

/** Keys are those of the studio; elsewhere the menu alone. */
export function pictureMenu(
  model: AppModel,
  picture: PictureRef,
  keys: { readonly save?: string; readonly copy?: string; readonly edit?: string } = {},
): MenuItem[] {
  const press = (key: string | undefined) => (key === undefined ? {} : { keys: key });
  return [
    { label: 'Save as…', ...press(keys.save), onSelect: () => askToSave(model, picture) },
    { label: 'Copy picture', ...press(keys.copy), onSelect: () => void copyPicture(model, picture) },
    // The folder is on another machine.
    ...(model.backend.browser === undefined
      ? [{ label: 'Show in folder', onSelect: () => void showPicture(model, picture) }]
      : []),
    ...(picture.kind === 'node'
      ? [
          {
            label: model.backend.browser === undefined ? 'Open in another program' : 'Download to edit',
            ...press(keys.edit),
            onSelect: () => void editElsewhere(model, picture),
          },
        ]
      : []),
  ];
}
