/** Pictures that leave the library, and what is read from those that come back. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundRecipe, PictureFacts, PictureRef, SavedPicture, SaveForm } from '@shared/model/picture';
import type { Clock } from '../../engine/ports';
import type { BoundedFolder } from '../../images/bounded-folder';
import { type Converter, createConverter } from '../../images/converter';
import type { StartDecoder } from '../../images/thumbnail-job';
import type { InspectRules } from '../../images/inspect-input';
import { sniffImage } from '../../images/sniff';
import type { LibraryPaths } from '../../library';
import type { Log } from '../../log';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset } from '../../store/store';
import type { ExportParts } from '../exports/carry-out-export';
import { isSigned } from './c2pa';
import { createEditElsewhere } from './edit-elsewhere';
import { type FoundPicture, findPicture } from './find-picture';
import { libraryId } from './library-id';
import { createRecipes } from './recipe-of';
import { readRecipe } from './recipe';
import { savePicture } from './save-picture';

export interface PicturesOptions {
  readonly store: Store;
  readonly studio: {
    pictureOf(nodeId: number, part: 'picture' | 'locked'): Promise<string | null>;
    adoptEdited(nodeId: number, path: string): Promise<unknown>;
  };
  readonly paths: LibraryPaths;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warning'>;
  /** Where strangers' pictures are decoded; absent: in a thread. */
  readonly startDecoder?: StartDecoder | undefined;
  /** Keeps the previews' folder within its bounds. */
  readonly files: Pick<BoundedFolder, 'use' | 'added'>;
  rulesOf(dataset: StoredDataset): InspectRules;
}

export interface Pictures {
  find(ref: PictureRef): Promise<FoundPicture>;
  facts(ref: PictureRef): Promise<PictureFacts>;
  /** Of a picture that was found; `appVersion` is told in its recipe. */
  save(
    found: FoundPicture,
    order: { readonly target: string; readonly form: SaveForm; readonly appVersion: string },
  ): Promise<SavedPicture>;
  /** A PNG of our own making, for the clipboard or (`size`) as an icon; absolute. */
  asPng(found: FoundPicture, size?: number): Promise<string>;
  /** Absolute path of a copy whose saved versions become children of the node. */
  editElsewhere(nodeId: number, found: FoundPicture): Promise<string>;
  /** `source`: bytes, or the absolute path of a file. */
  readRecipe(source: string | Uint8Array): Promise<FoundRecipe | null>;
  /** What exports are made with. */
  exportParts(appVersion: string): ExportParts;
  close(): Promise<void>;
}

export function createPictures(options: PicturesOptions): Pictures {
  const { store, studio, paths, clock, log, rulesOf } = options;
  const converter = createConverter({ start: options.startDecoder });
  const edits = createEditElsewhere({
    folder: join(paths.studio, 'edits'),
    clock,
    onSaved: (nodeId, path) => studio.adoptEdited(nodeId, path),
    onError: (error) => log.error('pictures', `watching an edited picture: ${String(error)}`),
  });
  const recipesOf = (appVersion: string) =>
    createRecipes({ store, libraryRoot: paths.root, appVersion, rulesOf });

  return {
    find: (ref) => findPicture({ store, studio }, ref),
    async facts(ref) {
      const found = await findPicture({ store, studio }, ref);
      const bytes = await bytesOf(found);
      return {
        fileName: found.fileName,
        mimeType: sniffImage(bytes)?.mimeType ?? 'application/octet-stream',
        sizeBytes: bytes.length,
        isSigned: isSigned(bytes),
        hasRecipe: found.item !== null,
      };
    },
    async save(found, { target, form, appVersion }) {
      await onDisk(found);
      const note = form.embedRecipe && found.item !== null ? await recipesOf(appVersion)(found.item) : null;
      return savePicture(converter, { source: found.path, target, form, note });
    },
    asPng: (found, size) =>
      pngOf(converter, { folder: join(paths.thumbnails, 'png'), files: options.files, found, size }),
    async editElsewhere(nodeId, found) {
      await onDisk(found);
      return edits.open(nodeId, found);
    },
    async readRecipe(source) {
      const note = await readRecipe(source);
      return note === null ? null : foundRecipe(store, note, await libraryId(paths.root));
    },
    exportParts: (appVersion) => ({ store, rulesOf, noteOf: recipesOf(appVersion) }),
    async close() {
      edits.close();
      await converter.close();
    },
  };
}

async function onDisk({ path, fileName }: FoundPicture): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) {
    throw new Refusal('NOT_FOUND', `"${fileName}" is no longer on disk: its file was moved or deleted.`);
  }
}

async function bytesOf(found: FoundPicture): Promise<Buffer> {
  await onDisk(found);
  return readFile(found.path);
}

interface PngOrder extends Pick<PicturesOptions, 'files'> {
  readonly folder: string;
  readonly found: FoundPicture;
  readonly size: number | undefined;
}

/** Icons stay for the next time; a whole picture is written over the last one that was copied. */
async function pngOf(converter: Converter, { folder, files, found, size }: PngOrder): Promise<string> {
  await onDisk(found);
  await mkdir(folder, { recursive: true });
  const { mtimeMs } = await stat(found.path);
  const name = createHash('sha256').update(`${found.path}\0${mtimeMs}\0${size}`).digest('hex');
  const target = join(folder, size === undefined ? 'copied.png' : `${name}.png`);
  await files.use(target);
  if (size !== undefined && (await stat(target).catch(() => null)) !== null) {
    return target;
  }
  const converted = await converter.convert({
    source: found.path,
    target,
    form: { format: 'png', quality: 100, colour: 'srgb' },
    ...(size === undefined ? {} : { size }),
  });
  if (converted.kind === 'failed') {
    throw new Refusal('BAD_INPUT', converted.sentence);
  }
  files.added(target);
  return target;
}

/** Ids of a note mean nothing unless this library wrote it, and the picture they name is the same one. */
async function foundRecipe(
  store: Pick<Store, 'result' | 'job' | 'studioNodesById'>,
  note: FoundRecipe['note'],
  ownId: string,
): Promise<FoundRecipe> {
  const { place, sha256 } = note;
  if (place.libraryId !== ownId) {
    return { note };
  }
  const result = await store.result(place.resultId);
  const job = result !== null && result.result.sha256 === sha256 ? await store.job(result.jobId) : null;
  const [node] = place.nodeId === undefined ? [] : await store.studioNodesById([place.nodeId]);
  const isSame = node?.job?.result?.sha256 === sha256;
  return {
    note,
    ...(job === null ? {} : { run: { runId: job.runId, jobId: job.id } }),
    ...(node === undefined || !isSame ? {} : { tree: { treeId: node.treeId, nodeId: node.id } }),
  };
}
