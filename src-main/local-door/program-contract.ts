/** What a program asks of the owner of its library: a place for its sessions, and requests in them. */
import { eventIterator, oc } from '@orpc/contract';
import { failureSchema } from '@shared/model/failure';
import { modelChoiceSchema } from '@shared/model/model-choice';
import { providerSchema } from '@shared/model/provider';
import { textAskSchema, textResultSchema } from '@shared/model/text';
import { z } from 'zod';
import type { KeyStanding, ProgramAnswer } from '../app/program-place';
import { lentFleetSchema } from './lent-fleet';

const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), answer: textResultSchema }),
  z.object({ kind: z.literal('picture') }),
  z.object({ kind: z.literal('failed'), failure: failureSchema }),
  z.object({ kind: z.literal('cancelled') }),
]) satisfies z.ZodType<ProgramAnswer>;

const keySchema = z.object({
  status: z.string(),
  tail: z.string(),
  exhausted_count: z.number(),
  total_exhausted_count: z.number(),
  reason: z.string().optional(),
  until: z.string().optional(),
}) satisfies z.ZodType<KeyStanding>;

/** The number that a program gave a request of its own: higher than all that it asked before. */
const askId = z.number().int().nonnegative();

const programEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('refused'), sentence: z.string() }),
  z.object({ kind: z.literal('joined'), model: modelChoiceSchema }),
  /** It is in the library, and about to be sent. */
  z.object({ kind: z.literal('job'), id: askId, jobId: z.number().int() }),
  z.object({ kind: z.literal('delta'), id: askId, text: z.string() }),
  z.object({ kind: z.literal('answer'), id: askId, answer: answerSchema }),
  /** The library could not be written, or the session is closed: nobody sends it. */
  z.object({ kind: z.literal('refusedAsk'), id: askId, sentence: z.string() }),
  z.object({
    kind: z.literal('standing'),
    /** Under way, by the name of its session. */
    inFlight: z.record(z.string(), z.number().int()),
    keys: z.record(z.string(), keySchema),
  }),
  /** The owner ends: what has no answer by now was never sent, and it never will. */
  z.object({ kind: z.literal('handover') }),
]);
export type ProgramEvent = z.infer<typeof programEventSchema>;

const borrower = z.string().uuid();
/** Of a request, by which its asker finds it again. */
const token = z.string().uuid();
const name = z.string().min(1).max(200);

export const programContract = {
  /** Whose stream ends has what it asked for cancelled, save what is under way: that is finished and kept. */
  joinAsProgram: oc
    .input(
      z.object({
        borrower,
        provider: providerSchema,
        model: z.string().min(1).max(500).optional(),
        fleet: lentFleetSchema.nullable(),
      }),
    )
    .output(eventIterator(programEventSchema)),
  /** Of one that is open by that name: nothing. Its asker may not have heard that it is. */
  openSession: oc
    .errors({ NOT_FOUND: {} })
    .input(
      z.object({
        borrower,
        name,
        concurrency: z.number().positive(),
        maxRetries: z.number().int().nonnegative(),
      }),
    )
    .output(z.void()),
  /** Answers come with the events of `joinAsProgram`. What was asked before by its number is not asked again. */
  ask: oc
    .errors({ NOT_FOUND: {} })
    .input(
      z.object({
        borrower,
        name,
        asks: z
          .array(
            z.object({ id: askId, ask: textAskSchema, isStreamed: z.boolean(), token: token.optional() }),
          )
          .max(1000),
      }),
    )
    .output(z.void()),
  /** What has not been sent is never sent. */
  cancelAsks: oc.input(z.object({ borrower, ids: z.array(askId) })).output(z.void()),
  /** Resolves when what was in flight has ended. */
  closeSession: oc
    .errors({ NOT_FOUND: {} })
    .input(z.object({ borrower, name, how: z.enum(['keep', 'drop']) }))
    .output(z.void()),
  /** By token; null: it never came to the library, and so never left. Absent: nobody can tell. */
  jobsOf: oc
    .input(z.object({ tokens: z.array(token).max(100_000) }))
    .output(z.array(z.object({ token, jobId: z.number().int().nullable() }))),
  /** What became of requests of an owner that died; those that never left are cancelled, and absent. */
  endsOf: oc
    .input(z.object({ jobIds: z.array(z.number().int().positive()).max(100_000) }))
    .output(z.array(z.object({ jobId: z.number().int(), answer: answerSchema }))),
};
