/** Pictures that leave the library: exports, and single ones. */
import { exportTarget } from '@shared/model/export';
import type { App } from '../app';
import { carryOutExport, exportName } from '../app/exports/carry-out-export';
import { savedName } from '../app/pictures/save-picture';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

/** What is shown under the pointer while pictures are dragged to another program, pixels. */
const ICON_SIZE = 96;

export function pictureCalls(os: Calls, app: App, shell: Shell) {
  const { pictures } = app;
  const editor = () => ({ name: shell.pictures.editor() });
  return {
    export: os.pictures.export.handler(async function* ({ input, signal }) {
      const parts = pictures.exportParts(shell.version);
      const target = await askTarget(shell, input.format, {
        name: await exportName(parts, input),
        isFolder: exportTarget(input.format, input.options).kind === 'folder',
      });
      if (target !== null) {
        yield* carryOutExport(parts, { ...input, target }, signal);
      }
    }),
    facts: os.pictures.facts.handler(({ input }) => pictures.facts(input.picture)),
    saveAs: os.pictures.saveAs.handler(async ({ input: { picture, form } }) => {
      const found = await pictures.find(picture);
      const name = savedName(found.fileName, form);
      const target = await shell.saveAs(name, KINDS[name.split('.').at(-1)?.toLowerCase() ?? '']);
      return target === null ? null : pictures.save(found, { target, form, appVersion: shell.version });
    }),
    copy: os.pictures.copy.handler(async ({ input }) =>
      shell.pictures.copyImage(await pictures.asPng(await pictures.find(input.picture))),
    ),
    showInFolder: os.pictures.showInFolder.handler(async ({ input }) =>
      shell.showFile((await pictures.find(input.picture)).path),
    ),
    prepareDrag: os.pictures.prepareDrag.handler(async ({ input }) => {
      const found = await Promise.all(input.pictures.map((ref) => pictures.find(ref)));
      const [first] = found;
      if (first === undefined) {
        throw new Refusal('BAD_INPUT', 'There is no picture to drag.');
      }
      const files = found.map(({ path }) => path);
      return { ticket: shell.pictures.prepareDrag(files, await pictures.asPng(first, ICON_SIZE)) };
    }),
    editElsewhere: os.pictures.editElsewhere.handler(async ({ input: { nodeId, part } }) => {
      const found = await pictures.find({ kind: 'node', nodeId, part });
      await shell.pictures.openForEditing(await pictures.editElsewhere(nodeId, found));
      return editor();
    }),
    editor: os.pictures.editor.handler(editor),
    chooseEditor: os.pictures.chooseEditor.handler(async () => {
      await shell.pictures.chooseEditor();
      return editor();
    }),
    forgetEditor: os.pictures.forgetEditor.handler(() => {
      shell.pictures.forgetEditor();
      return editor();
    }),
    readRecipe: os.pictures.readRecipe.handler(async ({ input }) =>
      pictures.readRecipe(
        'image' in input ? new Uint8Array(await input.image.arrayBuffer()) : shell.granted(input.grant),
      ),
    ),
  };
}

const KINDS: Readonly<Record<string, { readonly name: string; readonly extensions: readonly string[] }>> = {
  png: { name: 'PNG', extensions: ['png'] },
  jpg: { name: 'JPEG', extensions: ['jpg', 'jpeg'] },
  jpeg: { name: 'JPEG', extensions: ['jpg', 'jpeg'] },
  webp: { name: 'WebP', extensions: ['webp'] },
  csv: { name: 'CSV', extensions: ['csv'] },
  jsonl: { name: 'JSON Lines', extensions: ['jsonl'] },
  parquet: { name: 'Parquet', extensions: ['parquet'] },
  zip: { name: 'ZIP', extensions: ['zip'] },
};

/** Null: the user cancelled. */
async function askTarget(
  shell: Shell,
  format: string,
  { name, isFolder }: { readonly name: string; readonly isFolder: boolean },
): Promise<string | null> {
  if (!isFolder) {
    return shell.saveAs(name, KINDS[name.split('.').at(-1) ?? format]);
  }
  const grant = await shell.pick('outputFolder');
  return grant === null ? null : shell.granted(grant.token);
}
