/** What only Google's errors say. Shared codes, quotas and statuses: ../http-failure.ts. */
import type { Rules } from '../http-failure';

const NEEDS_BILLING = /billing/i;
const WRONG_PLACE = /location is not supported/i;

/**
 * 400 FAILED_PRECONDITION is about the account ("…free tier is not available in your country. Please enable billing…")
 * or about where the endpoint is asked from, which no other key changes.
 */
export const googleRules: Rules = (error, status) => {
  if (status !== 400 || !error.codes.includes('FAILED_PRECONDITION')) {
    return null;
  }
  return NEEDS_BILLING.test(error.message)
    ? 'no_credit'
    : WRONG_PLACE.test(error.message)
      ? 'no_model'
      : null;
};
