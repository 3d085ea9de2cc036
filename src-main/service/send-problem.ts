/** A problem as the caller gets it: a true status, one sentence, and when to come again. */
import type { FastifyReply } from 'fastify';
import type { Problem } from './problem';

/** Of a quota for which nobody named a wait. */
const USUAL_WAIT_MS = 60_000;

export function sendProblem(
  reply: FastifyReply,
  { status, message, details }: Problem,
  body: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const waitMs = details.retryAfterMs ?? (status === 429 ? USUAL_WAIT_MS : undefined);
  if (waitMs !== undefined) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1000))));
  }
  return reply.code(status).send({
    detail: message,
    success: false,
    error: message,
    ...(details.field === undefined || details.field === '' ? {} : { field: details.field }),
    ...(details.code === undefined ? {} : { code: details.code }),
    ...body,
  });
}
