/** The quality a model is asked for, where its provider knows such a thing. */
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';

export const QUALITIES = ['auto', 'low', 'medium', 'high'] as const;

/** Only the protocol of OpenAI has the parameter, and streams partial images. */
export function takesQuality(choice: ModelChoice | undefined): boolean {
  return choice !== undefined && PROVIDER_TRAITS[choice.provider].takesQuality;
}
