/** Clipboard, other programs and dragging, for pictures. */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import electron, { BrowserWindow, clipboard, dialog, nativeImage, shell as electronShell } from 'electron';
import { Refusal } from '../refusal';
import type { PictureShell } from '../router/shell';
import type { DragOut } from './drag-out';
import type { WindowStore } from './window-store';

/** What may be handed to the system to open: a file of another kind would be run. */
const PICTURES = new Set([
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
  '.gif',
  '.avif',
  '.heic',
  '.bmp',
  '.tiff',
  '.tif',
]);

export function createPictureShell({
  windowStore,
  drags,
}: {
  readonly windowStore: Pick<WindowStore, 'editor' | 'setEditor'>;
  readonly drags: DragOut;
}): PictureShell {
  return {
    copyImage,
    async openForEditing(path) {
      if (!PICTURES.has(extname(path).toLowerCase())) {
        throw new Refusal(
          'BAD_INPUT',
          `"${basename(path)}" is not a picture that another program can be asked to open.`,
        );
      }
      const editor = windowStore.editor();
      if (editor !== null) {
        return startEditor(editor, path);
      }
      const problem = await electronShell.openPath(path);
      if (problem !== '') {
        throw new Refusal(
          'BAD_INPUT',
          `No program opened "${basename(path)}": choose one for pictures first.`,
        );
      }
    },
    editor: () => nameOf(windowStore.editor()),
    async chooseEditor() {
      const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
      const choice: Electron.OpenDialogOptions = {
        title: 'Choose the program pictures are edited in',
        properties: ['openFile'],
        ...(process.platform === 'win32' ? { filters: [{ name: 'Programs', extensions: ['exe'] }] } : {}),
      };
      const picked = await (window === undefined
        ? dialog.showOpenDialog(choice)
        : dialog.showOpenDialog(window, choice));
      const path = picked.filePaths[0];
      if (!picked.canceled && path !== undefined) {
        windowStore.setEditor(path);
      }
    },
    forgetEditor: () => windowStore.setEditor(null),
    prepareDrag: drags.prepare,
  };
}

/** Older runtimes have no ClipboardItem: it cannot be imported by its name, and their clipboard takes a NativeImage. */
async function copyImage(png: string): Promise<void> {
  if ('ClipboardItem' in electron) {
    const picture = new Blob([new Uint8Array(await readFile(png))], { type: 'image/png' });
    await clipboard.write([new electron.ClipboardItem({ 'image/png': picture })]);
    return;
  }
  const older = clipboard as unknown as { writeImage(image: Electron.NativeImage): void };
  older.writeImage(nativeImage.createFromPath(png));
}

function nameOf(editor: string | null): string | null {
  return editor === null ? null : basename(editor, extname(editor));
}

/** Without a shell: a name cannot become a command. A macOS application is a folder that `open` starts. */
async function startEditor(editor: string, path: string): Promise<void> {
  const isThere = await stat(editor).then(
    () => true,
    () => false,
  );
  const gone = new Refusal(
    'NOT_FOUND',
    `${nameOf(editor) ?? 'The program'} could not be started: choose the program pictures are edited in again.`,
  );
  if (!isThere) {
    throw gone;
  }
  const [command, args] =
    process.platform === 'darwin' ? ['/usr/bin/open', ['-a', editor, path]] : [editor, [path]];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { detached: true, stdio: 'ignore', shell: false });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', () => reject(gone));
  });
}
