/** What no door has that runs without a desktop; each refuses with a sentence of its own. */
import { DEFAULT_SERVICE_SETTINGS } from '@shared/contract/service';
import { DEFAULT_INTERFACE_SIZE } from '@shared/model/settings';
import { Refusal } from '../refusal';
import type { Shell } from './shell';

type WithoutDesktop = Pick<
  Shell,
  'openFolder' | 'showFile' | 'pictures' | 'copySecret' | 'trash' | 'interfaceSize' | 'setInterfaceSize'
> & {
  readonly service: Pick<Shell['service'], 'settings' | 'set'>;
};

export function refusesWith(sentence: string): () => never {
  return () => {
    throw new Refusal('BAD_INPUT', sentence);
  };
}

/** No window of its own, no folders to show, no other program to open a picture in, no clipboard, no trash, no switch of the service. */
export function noDesktop(cannot: () => never): WithoutDesktop {
  return {
    interfaceSize: () => DEFAULT_INTERFACE_SIZE,
    setInterfaceSize: cannot,
    openFolder: cannot,
    showFile: cannot,
    pictures: {
      copyImage: cannot,
      openForEditing: cannot,
      editor: () => null,
      chooseEditor: cannot,
      forgetEditor: cannot,
      prepareDrag: cannot,
    },
    service: { settings: () => DEFAULT_SERVICE_SETTINGS, set: cannot },
    copySecret: () => false,
    trash: cannot,
  };
}
