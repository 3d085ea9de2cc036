/** What a door without a window can do of the shell's part. */
import { noDesktop, refusesWith } from './no-desktop';
import type { Shell } from './shell';

export interface HeadlessOptions {
  readonly version: string;
  /** Where the next table is written that a call exports, absolute; null: nowhere. */
  saveTo(): string | null;
}

/** A terminal has no dialogs, no folders to show and no links to open. */
export function headlessShell({ version, saveTo }: HeadlessOptions): Shell {
  const cannot = refusesWith('Only the window can do that.');
  const out = noDesktop(cannot);
  return {
    ...out,
    version,
    defaultOutputDir: '',
    theme: () => 'system',
    setTheme: cannot,
    openLink: cannot,
    pick: async () => null,
    saveAs: async () => saveTo(),
    service: { ...out.service, status: () => ({ kind: 'off' }) },
    granted: cannot,
  };
}
