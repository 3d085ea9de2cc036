/** The note of a result: what was asked, of whom, with which inputs. */
import { createHash } from 'node:crypto';
import type { RecipeNote } from '@shared/model/recipe-note';
import { fileSha256 } from '../../images/file-sha256';
import type { InspectRules } from '../../images/inspect-input';
import type { Store, StoredDataset } from '../../store/store';
import type { ExportItem } from '../exports/export-items';
import { inputPictures, type InputPicture } from '../exports/input-pictures';
import { instructionOf } from '../exports/picture-record';
import { libraryId } from './library-id';

export interface RecipeParts {
  readonly store: Pick<Store, 'attempts' | 'studioNodesOfJobs'>;
  readonly libraryRoot: string;
  readonly appVersion: string;
  rulesOf(dataset: StoredDataset): InspectRules;
}

/** Of a job with a result. Hashes of inputs are remembered from one call to the next. */
export function createRecipes(parts: RecipeParts): (item: ExportItem) => Promise<RecipeNote> {
  const hashes = new Map<string, Promise<string | null>>();

  function hashOf(input: InputPicture): Promise<string | null> {
    switch (input.kind) {
      case 'bytes':
        return Promise.resolve(createHash('sha256').update(input.bytes).digest('hex'));
      case 'file': {
        const known = hashes.get(input.path) ?? fileSha256(input.path).catch(() => null);
        hashes.set(input.path, known);
        return known;
      }
      case 'web':
      case 'gone':
        return Promise.resolve(null);
    }
  }

  return async (item) => {
    const { job, run, dataset } = item;
    const { task, aspectRatio, imageSize, width, height, quality } = run.recipe;
    const settings = { task, aspectRatio, imageSize, width, height, quality };
    const inputs = await Promise.all((await inputPictures(item, parts.rulesOf(dataset))).map(hashOf));
    const [node] = await parts.store.studioNodesOfJobs([job.id]);
    const roles = node?.origin.kind === 'result' ? node.origin.ask.inputs.map(({ role }) => role) : [];
    const attempts = await parts.store.attempts(job.id);
    const madeAt = attempts.findLast(({ failure }) => failure === undefined)?.endedAt ?? run.createdAt;
    return {
      brushfleet: 1,
      appVersion: parts.appVersion,
      instruction: instructionOf(item),
      provider: job.provider,
      model: job.model,
      settings: withoutAbsent(settings),
      inputs: inputs.flatMap((sha256, at) => {
        const role = roles[at];
        return sha256 === null ? [] : [{ sha256, ...(role === undefined ? {} : { role }) }];
      }),
      sha256: job.result?.sha256 ?? '',
      place: {
        libraryId: await libraryId(parts.libraryRoot),
        runId: run.id,
        resultId: job.result?.id ?? 0,
        index: job.index,
        variant: job.variant,
        ...(node === undefined ? {} : { treeId: node.treeId, nodeId: node.id }),
      },
      ...(job.costUsd === null ? {} : { costUsd: job.costUsd }),
      madeAt: new Date(madeAt).toISOString(),
    };
  };
}

function withoutAbsent<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
