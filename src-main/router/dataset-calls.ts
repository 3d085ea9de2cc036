/** Datasets and models. */
import { join } from 'node:path';
import { SAMPLE_NAME } from '@shared/demo';
import type { App } from '../app';
import type { Calls } from './calls';
import type { Shell } from './shell';
import { rowViews } from '../app/views';

export function datasetCalls(os: Calls, app: App, shell: Shell) {
  return {
    open: os.datasets.open.handler(async ({ input }) => {
      const { dataset } = await app.importer.start({
        path: shell.granted(input.grant),
        depth: 'allIfNone',
      });
      return dataset;
    }),
    withFolders: os.datasets.withFolders.handler(({ input }) => app.importer.withFolders(input.datasetId)),
    fromPrompts: os.datasets.fromPrompts.handler(({ input }) =>
      app.importer.prompts(input.name, input.prompts.split('\n')),
    ),
    fromImages: os.datasets.fromImages.handler(async ({ input }) =>
      app.importer.images(
        input.name,
        await Promise.all(
          input.images.map(async (file) => ({
            name: file.name,
            bytes: new Uint8Array(await file.arrayBuffer()),
          })),
        ),
      ),
    ),
    fromPictures: os.datasets.fromPictures.handler(({ input }) =>
      app.importer.pictures(input.name, input.grants.map(shell.granted)),
    ),
    sample: os.datasets.sample.handler(async () => {
      await app.fleet.ensureDemo();
      const { dataset } = await app.importer.start({
        path: join(app.resourcesDir, 'sample', 'sample.csv'),
        name: SAMPLE_NAME,
      });
      return dataset;
    }),
    // Those of format `images` the program made itself, for requests of the studio.
    list: os.datasets.list.handler(async () =>
      (await app.store.datasets()).filter(({ format }) => format !== 'images'),
    ),
    rows: os.datasets.rows.handler(({ input }) => rowViews(app.store, input)),
  };
}

export function modelCalls(os: Calls, app: App) {
  return {
    list: os.models.list.handler(() => app.models.list()),
    add: os.models.add.handler(({ input }) => app.models.add(input)),
    remove: os.models.remove.handler(({ input }) => app.models.remove(input.provider, input.id)),
  };
}
