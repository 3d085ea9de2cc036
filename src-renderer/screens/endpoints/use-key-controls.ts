/** What can be done with a key of an endpoint, by its buttons, its menu and its keys alike. */
import type { KeyInfo } from '@shared/model/endpoint';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import type { Action } from '../../state/use-action';

export interface KeyControls {
  edit(key: KeyInfo): void;
  togglePause(key: KeyInfo): void;
  reset(key: KeyInfo): void;
}

export function useKeyControls(action: Action): KeyControls {
  const { backend, ui } = useModel();
  return {
    edit: ({ id }) => ui.setState({ overlay: { kind: 'editKey', keyId: id } }),
    togglePause: ({ id, paused }) =>
      void action.run(() => backend.client.keys.update({ keyId: id, paused: !paused })),
    reset: (key) =>
      void action.run(async () => {
        await backend.client.keys.reset({ keyId: key.id });
        toast(ui, `${nameOfKey(key)} is tried again`);
      }),
  };
}

export function nameOfKey({ label, tail }: KeyInfo): string {
  return `${label} …${tail}`;
}
