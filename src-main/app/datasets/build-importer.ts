/** The importer on an open library; screens hear how a dataset grows. */
import { randomUUID } from 'node:crypto';
import type { EventHub } from '../event-hub';
import type { Foundation } from '../foundation';
import { createImporter, type Importer } from './importer';

export function importerOn({ store, paths, log }: Foundation, events: EventHub): Importer {
  async function tell(datasetId: number): Promise<void> {
    const dataset = await store.dataset(datasetId);
    if (dataset !== null) {
      events.tell({ kind: 'dataset', dataset });
    }
  }
  return createImporter({
    store,
    embeddedDir: paths.embedded,
    pastedDir: paths.pasted,
    newId: randomUUID,
    onProgress: (datasetId) => void tell(datasetId).catch((error) => log.error('datasets', String(error))),
    onError: (error) => log.error('datasets', String(error)),
  });
}
