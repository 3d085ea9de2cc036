/** What only Google's errors say. Shared codes, quotas and statuses: ../http-failure.ts. */
import type { Rules } from '../http-failure';

const NEEDS_BILLING = /billing/i;

/** 400 FAILED_PRECONDITION "…free tier is not available in your country. Please enable billing…" is about the account. */
export const googleRules: Rules = (error, status) => {
  const isPrecondition = error.codes.includes('FAILED_PRECONDITION');
  return status === 400 && isPrecondition && NEEDS_BILLING.test(error.message) ? 'no_credit' : null;
};
