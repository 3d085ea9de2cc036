/** Opens the library that a service serves: this process must own it. */
import type { App } from '../../app';
import { openLibrary, type OpenOptions } from '../../local-door/open-library';

export type OpenedServed =
  | { readonly kind: 'ok'; readonly app: App; openDoor(): Promise<{ close(): Promise<void> } | null> }
  | { readonly kind: 'refused'; readonly sentence: string };

export async function openServed(options: OpenOptions): Promise<OpenedServed> {
  const opened = await openLibrary(options);
  if (opened.kind === 'elsewhere') {
    const { pid, close } = opened.owner;
    await close();
    return {
      kind: 'refused',
      sentence: `The library is open in another Brushfleet (process ${pid}): switch the service on in its Settings, or give this one a library of its own with --library FOLDER.`,
    };
  }
  return opened.kind === 'own' ? { ...opened, kind: 'ok' } : opened;
}
