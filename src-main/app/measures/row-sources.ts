/** What a row asked for and the input images it named, as far as they are on this machine: nothing is fetched to measure. */
import { imageReferences } from '@shared/columns';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Asked } from '@shared/model/measures';
import type { ModelChoice } from '@shared/model/run';
import { decodeDataUrl } from '../../images/data-url';
import { embeddedFile, isEmbeddedReference } from '../../images/embedded';
import type { InspectRules } from '../../images/inspect-input';
import type { PictureSource } from '../../images/lab/lab-orders';
import { MAX_INPUT_IMAGE_BYTES } from '../../images/largest-input';
import { resolveInputPath } from '../../images/safe-path';
import type { StoredRow, StoredRun } from '../../store/store';
import { askFor } from '../orders/order-book';

export interface RowSources {
  readonly asked: Asked;
  readonly sources: readonly PictureSource[];
  /** The one that a screen shows beside the result; absent: it is not on this machine. */
  readonly first?: PictureSource;
  /** How many images the row names. */
  readonly inputs: number;
  /** One sentence: why the result is not compared with some of them. */
  readonly problem?: string;
}

export interface RowQuestion {
  readonly run: StoredRun;
  readonly row: StoredRow;
  readonly choice: ModelChoice;
  readonly model: CatalogueModel | undefined;
  readonly rules: InspectRules;
}

export async function rowSources({ run, row, choice, model, rules }: RowQuestion): Promise<RowSources> {
  // A session's recipe does not say it; its pictures are compared with nothing.
  const task = run.recipe.task === 'edit' ? 'edit' : 't2i';
  const ask = askFor({ context: { run, defaultAspectRatio: null }, row, choice, model });
  const asked: Asked = {
    task,
    ...('kind' in ask || ask.aspectRatio === null ? {} : { aspectRatio: ask.aspectRatio }),
    ...('kind' in ask || ask.imageSize === null ? {} : { imageSize: ask.imageSize }),
  };
  const references = task === 'edit' ? imageReferences(row.fields, run.recipe.imageColumns) : [];
  const found = await Promise.all(references.map((reference) => sourceOf(reference.trim(), rules)));
  const sources = found.flatMap((one) => (one.kind === 'ok' ? [one.source] : []));
  const problem = found.find((one) => one.kind === 'away');
  return {
    asked,
    sources,
    ...(found[0]?.kind === 'ok' ? { first: found[0].source } : {}),
    inputs: references.length,
    ...(problem === undefined ? {} : { problem: problem.sentence }),
  };
}

type Found =
  | { readonly kind: 'ok'; readonly source: PictureSource }
  | { readonly kind: 'away'; readonly sentence: string };

const at = (source: PictureSource): Found => ({ kind: 'ok', source });
const away = (sentence: string): Found => ({ kind: 'away', sentence });

async function sourceOf(reference: string, rules: InspectRules): Promise<Found> {
  if (/^https?:/i.test(reference)) {
    return away('An input image is a URL, which is not fetched again to be compared.');
  }
  if (/^data:/i.test(reference)) {
    const decoded = decodeDataUrl(reference, MAX_INPUT_IMAGE_BYTES);
    return decoded.kind === 'ok' ? at(decoded.bytes) : away(decoded.failure.message);
  }
  if (isEmbeddedReference(reference)) {
    const file = embeddedFile(reference, rules.embeddedDir);
    return file === null
      ? away('An image embedded in the dataset is damaged or missing; import the file again.')
      : at(file.path);
  }
  const resolved = await resolveInputPath(reference, rules);
  return resolved.kind === 'ok' ? at(resolved.path) : away(resolved.failure.message);
}
