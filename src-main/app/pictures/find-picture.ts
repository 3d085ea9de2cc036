/** The picture that a page means by its id: where it lies, what it is called, and the result it is, if it is one. */
import { basename, extname } from 'node:path';
import type { PictureRef } from '@shared/model/picture';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { type ExportItem, itemOf } from '../exports/export-items';
import { withRows } from '../tables/results-log';

export interface FoundPicture {
  /** Absolute. */
  readonly path: string;
  /** For people, with its ending. */
  readonly fileName: string;
  /** Null: nobody made it here. */
  readonly item: ExportItem | null;
}

export interface FindParts {
  readonly store: Pick<Store, 'result' | 'job' | 'run' | 'dataset' | 'rowsAt' | 'studioNodesById'>;
  readonly studio: { pictureOf(nodeId: number, part: 'picture' | 'locked'): Promise<string | null> };
}

/** Throws a Refusal when it is no longer there. */
export async function findPicture(parts: FindParts, ref: PictureRef): Promise<FoundPicture> {
  if (ref.kind === 'result') {
    const found = await parts.store.result(ref.resultId);
    if (found === null) {
      throw new Refusal('NOT_FOUND', 'That result is no longer in the library.');
    }
    return {
      path: found.path,
      fileName: basename(found.path),
      item: await itemOfJob(parts.store, found.jobId),
    };
  }
  const [node] = await parts.store.studioNodesById([ref.nodeId]);
  const path = await parts.studio.pictureOf(ref.nodeId, ref.part);
  if (node === undefined || path === null) {
    throw new Refusal('NOT_FOUND', 'That picture is no longer in the studio.');
  }
  const stem = fileStem(node.name) || `picture-${node.id}`;
  const item = node.job === null ? null : await itemOfJob(parts.store, node.job.id);
  return { path, fileName: `${stem}${ref.part === 'locked' ? '-locked' : ''}${extname(path)}`, item };
}

async function itemOfJob(store: FindParts['store'], jobId: number): Promise<ExportItem | null> {
  const job = await store.job(jobId);
  const run = job === null ? null : await store.run(job.runId);
  const dataset = run === null ? null : await store.dataset(run.datasetId);
  if (job === null || job.result === null || run === null || dataset === null) {
    return null;
  }
  const [finished] = await withRows({ store, datasetId: dataset.id }, [job]);
  return finished === undefined ? null : itemOf(finished, run, dataset);
}

/** A node is called by its instruction: as much of it as a file name takes. */
function fileStem(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{N}._ -]+/gu, ' ')
    .trim()
    .slice(0, 60)
    .replace(/^\.+|[. ]+$/g, '');
}
