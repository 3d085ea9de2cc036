/** What only OpenAI's errors say. Shared codes, quotas and statuses: ../http-failure.ts. */
import type { Failure } from '@shared/model/failure';
import type { Rules } from '../http-failure';
import { waitInText } from '../retry-after';
import { FEWEST_RESPONSE_TOKENS } from './text-request';

const OUT_OF_CREDIT = /exceeded your current quota/i;
const SAFETY = /safety|moderation|policy|rejected/i;
/** "Only supported in v1/responses", "not supported in the v1/chat/completions endpoint": of a model that it does not know it names no API. */
const NO_CHAT_MODEL = /\bv1\/(?:responses|chat\/completions)\b/;

/**
 * Relays that drop the code leave OpenAI's sentence for an empty account, which names no wait (Google's sentence for a
 * used-up quota begins alike and names one). `image_generation_user_error` without its code is told by its text.
 */
export const openaiRules: Rules = (error, status) => {
  const isQuota = status === 429 && error.details.length === 0 && OUT_OF_CREDIT.test(error.message);
  if (
    isQuota &&
    waitInText(error.message) === undefined &&
    !/quota exceeded for metric/i.test(error.message)
  ) {
    return 'no_credit';
  }
  const isUserError = error.codes.includes('image_generation_user_error');
  return status < 429 && isUserError && SAFETY.test(error.message) ? 'blocked' : null;
};

/** Chat was asked only because the answer is to be so short: the model is there for all that may be longer. */
export function failureByLength(failure: Failure): Failure {
  const isNoChatModel =
    failure.kind === 'no_model' && failure.httpStatus === 404 && NO_CHAT_MODEL.test(failure.message);
  return isNoChatModel
    ? {
        ...failure,
        kind: 'bad_request',
        message: `This model answers only through the Responses API, which takes at least ${FEWEST_RESPONSE_TOKENS} output tokens; raise max_output_tokens to ${FEWEST_RESPONSE_TOKENS} or more.`,
      }
    : failure;
}
