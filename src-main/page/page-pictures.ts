/** Pictures by opaque id, for every door that serves the page: our own previews, never SVG, never original bytes. */
import { readFile } from 'node:fs/promises';
import { imageReferences } from '@shared/columns';
import { type MediaRequest, parseMediaPath } from '@shared/media-url';
import type { App } from '../app';
import { previewPath } from '../app/preview';
import { sniffImage } from '../images/sniff';

const MEDIA_TYPES = new Set(['image/webp', 'image/png', 'image/jpeg']);
const SIZES = { small: 128, thumbnail: 256, large: 512, view: 1280, full: 4096 } as const;

export type PagePicture =
  | { readonly kind: 'picture'; readonly bytes: Buffer; readonly type: string }
  | { readonly kind: 'refused'; readonly status: 404 | 415 };

/** `pathname` as it stands in a media:// address; `columns` of its query. */
export async function pagePicture(app: App, pathname: string, columns: string | null): Promise<PagePicture> {
  const asked = parseMediaPath(pathname, columns);
  const path = asked === null ? null : await sourceOf(app, asked);
  if (asked === null || path === null) {
    return { kind: 'refused', status: 404 };
  }
  const preview = await app.thumbnailer.thumbnail(path, { size: SIZES[asked.size] });
  if (preview.kind === 'failed') {
    return { kind: 'refused', status: 415 };
  }
  const bytes = await readFile(preview.path);
  const type = sniffImage(bytes)?.mimeType;
  return type === undefined || !MEDIA_TYPES.has(type)
    ? { kind: 'refused', status: 415 }
    : { kind: 'picture', bytes, type };
}

async function sourceOf(app: App, asked: MediaRequest): Promise<string | null> {
  if (asked.kind === 'result') {
    return (await app.store.result(asked.resultId))?.path ?? null;
  }
  if (asked.kind === 'change') {
    return app.changeMaps.of(asked.resultId);
  }
  if (asked.kind === 'node') {
    return app.studio.pictureOf(asked.nodeId, asked.part);
  }
  if (asked.kind === 'pair') {
    return app.arenas.pictureOf(asked.pairId, asked.side);
  }
  const { datasetId, row, place, imageColumns } = asked.input;
  const dataset = await app.store.dataset(datasetId);
  const [stored] = await app.store.rowsAt(datasetId, [row]);
  const reference = stored === undefined ? undefined : imageReferences(stored.fields, imageColumns)[place];
  return dataset === null || reference === undefined ? null : previewPath(app, dataset, reference);
}
