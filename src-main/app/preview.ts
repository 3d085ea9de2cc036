/** Where the picture of an input reference lies on this machine, for previews. Nothing is fetched for a preview. */
import { join } from 'node:path';
import { resolveInputPath } from '../images/safe-path';
import type { StoredDataset } from '../store/store';
import type { App } from '../app';

/** Null: it is a URL or data URL, lies outside the granted folders, or does not exist. */
export async function previewPath(
  app: App,
  dataset: StoredDataset,
  reference: string,
): Promise<string | null> {
  if (/^(https?|data):/i.test(reference)) {
    return null;
  }
  if (reference.startsWith('embedded:')) {
    const name = reference.slice('embedded:'.length);
    return /^[\w.-]+$/.test(name) ? join(app.paths.embedded, name) : null;
  }
  const found = await resolveInputPath(reference, {
    baseDir: dataset.baseDir ?? '',
    roots: app.imageRoots(dataset),
  });
  return found.kind === 'ok' ? found.path : null;
}
