/** A row of a text run, read as far as it can be without sending: its templates, its media and what the model takes. */
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS, PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice, Recipe } from '@shared/model/run';
import type { MessagePart } from '@shared/model/text';
import type { InspectedMedia } from '../../images/inspect-media';
import type { MediaClaim } from '../../images/media-type';
import type { StoredRow } from '../../store/store';
import { textAskFor } from '../orders/text-order';

export type InspectMedia = (reference: string, claim: MediaClaim) => Promise<InspectedMedia>;

export interface TextRowQuestion {
  readonly row: StoredRow;
  readonly recipe: Recipe;
  readonly choice: ModelChoice;
  readonly model: CatalogueModel | undefined;
  readonly inspect: InspectMedia;
}

type MediaPart = Extract<MessagePart, { kind: 'media' }>;

export async function checkTextRow({
  row,
  recipe,
  choice,
  model,
  inspect,
}: TextRowQuestion): Promise<{ readonly problems: readonly string[]; readonly inputBytes: number }> {
  const asked = textAskFor({ recipe, fields: row.fields, model });
  if ('failure' in asked) {
    return { problems: [asked.failure.message], inputBytes: 0 };
  }
  const media = asked.messages.flatMap(({ parts }) =>
    parts.filter((part): part is MediaPart => part.kind === 'media'),
  );
  const found = await Promise.all(
    media.map(({ reference, medium, mimeType }) => inspect(reference, { medium, mimeType })),
  );
  const problems = found.flatMap((one) => (one.kind === 'failed' ? [one.failure.message] : []));
  // The protocol has no place for one, whichever model is asked.
  if (!PROVIDER_TRAITS[choice.provider].takesVideo && media.some(({ medium }) => medium === 'video')) {
    problems.push(`${PROVIDER_LABELS[choice.provider]} takes no video: choose a Gemini model.`);
  }
  const inputBytes = found.reduce((sum, one) => sum + (one.kind === 'media' ? one.sizeBytes : 0), 0);
  return { problems, inputBytes };
}
