/** What only OpenAI's errors say. Shared codes, quotas and statuses: ../http-failure.ts. */
import type { Rules } from '../http-failure';
import { waitInText } from '../retry-after';

const OUT_OF_CREDIT = /exceeded your current quota/i;
const SAFETY = /safety|moderation|policy|rejected/i;

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
