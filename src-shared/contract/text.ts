/** Text: single requests of the Text screen, runs whose results are answers, and what is made of them. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import {
  answerRowSchema,
  answerFormatSchema,
  generationSchema,
  LONGEST_SCHEMA,
  mediumSchema,
} from '../model/text';
import { failureKindSchema } from '../model/failure';
import { modelChoiceSchema, runOptionsSchema, runSchema, datasetSchema } from '../model/run';
import { storySchema } from '../story';
import { base, grantToken, id, none, page, text } from './base';

/** A file the user picked or dropped (`grant`), or bytes that were pasted. */
const attachmentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), grant: grantToken }),
  z.object({ kind: z.literal('bytes'), name: z.string().max(300), file: z.file() }),
  /** A picture of the gallery. */
  z.object({ kind: z.literal('result'), resultId: id }),
  /** A file of a request that was asked before, counted from 0. */
  z.object({ kind: z.literal('asked'), jobId: id, place: z.number().int().nonnegative() }),
]);
export type Attachment = z.infer<typeof attachmentSchema>;

export const textRequestSchema = z.object({
  model: modelChoiceSchema,
  system: text,
  /** `<image>`, `<audio>` and `<video>` stand where the attachments of that kind go, in their order. */
  prompt: text,
  attachments: z.array(attachmentSchema).max(64),
  generation: generationSchema,
  answer: answerFormatSchema,
  /** Goes on from that answer: what was said before goes along. */
  after: id.optional(),
  /** What was said before that request goes along. */
  before: id.optional(),
});
export type TextRequest = z.infer<typeof textRequestSchema>;

/** What the page hears while a request is under way. */
export const textEventSchema = z.discriminatedUnion('kind', [
  /** It is in the library, and about to be sent. */
  z.object({ kind: z.literal('asked'), jobId: id }),
  /** The next piece of the answer. After `again`, pieces start anew. */
  z.object({ kind: z.literal('delta'), text: z.string() }),
  /** What came so far is void: it is asked again (a retry, or the one repair of a structured answer). */
  z.object({ kind: z.literal('again'), why: z.string() }),
  z.object({ kind: z.literal('over'), answer: answerRowSchema }),
]);
export type TextEvent = Readonly<z.infer<typeof textEventSchema>>;

const schemaProblemSchema = z.object({
  /** JSON pointer into the schema, blank for the whole of it; line and column from 1 where it is no JSON. */
  path: z.string(),
  message: z.string(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
});
export type SchemaProblem = Readonly<z.infer<typeof schemaProblemSchema>>;

/** How a request was asked, so that it can be asked again. */
const askedTextSchema = z.object({
  model: modelChoiceSchema,
  system: text,
  prompt: text,
  generation: generationSchema,
  answer: answerFormatSchema,
  files: z.array(
    z.object({
      place: z.number().int().nonnegative(),
      medium: mediumSchema,
      name: z.string(),
      /** Null: it is no longer there. */
      sizeBytes: z.number().nullable(),
    }),
  ),
  /** The prompt before it, where it went on from an answer. */
  continues: z.string().nullable(),
});
export type AskedText = Readonly<z.infer<typeof askedTextSchema>>;

export const textContract = {
  /** Asks, and tells how the answer grows. Ending the stream early cancels the request. */
  ask: base.input(textRequestSchema).output(eventIterator(textEventSchema)),
  /** Single requests, newest first. */
  history: base
    .input(z.object({ ...page, search: z.string().max(1000) }))
    .output(z.object({ total: z.number().int(), answers: z.array(answerRowSchema) })),
  /** How a single request was asked. */
  asked: base.input(z.object({ jobId: id })).output(askedTextSchema),
  /** Takes single requests out of the history. */
  forget: base.input(z.object({ jobIds: z.array(id).min(1).max(1000) })).output(none),
  /** Takes back `forget`. */
  recall: base.input(z.object({ jobIds: z.array(id).min(1).max(1000) })).output(none),
  /** Whether a JSON Schema can be used; empty: it can. */
  checkSchema: base
    .input(z.object({ schema: z.string().max(LONGEST_SCHEMA) }))
    .output(z.array(schemaProblemSchema)),
  /** The jobs of a text run with their cells and answers, in the order of the run. */
  answers: base
    .input(
      z.object({
        runId: id,
        ...page,
        state: z.enum(['done', 'failed']).optional(),
        failureKind: failureKindSchema.optional(),
      }),
    )
    .output(z.object({ total: z.number().int(), answers: z.array(answerRowSchema) })),
  /** One, for the inspector. */
  answer: base.input(z.object({ jobId: id })).output(answerRowSchema),
  /** Writes it where the user says; the file's name, null on cancel. */
  saveAnswer: base.input(z.object({ jobId: id })).output(z.string().nullable()),
  /** Rewrites an instruction for a picture model; `jobId`: with the pictures of that job to look at. */
  improve: base
    .input(z.object({ instruction: text, model: modelChoiceSchema, jobId: id.optional() }))
    .output(z.object({ instruction: z.string() })),
  /** A run that writes what each row's picture shows, for `addAnswers`. */
  describe: base
    .input(
      z.object({
        datasetId: id,
        model: modelChoiceSchema,
        prompt: text,
        options: runOptionsSchema.partial(),
      }),
    )
    .output(runSchema),
  /** A dataset of the run's rows with its answers as a column more (of JSON: a column for each field). */
  addAnswers: base.input(z.object({ runId: id, column: z.string().min(1).max(200) })).output(datasetSchema),
  /** A run in which a text model scores each picture of a run against its instruction, 0 to 10, with its reason. */
  judge: base
    .input(z.object({ runId: id, model: modelChoiceSchema, options: runOptionsSchema.partial() }))
    .output(runSchema),
  /** The story a job answered. */
  story: base.input(z.object({ jobId: id })).output(storySchema),
  /** Its cover, characters and scenes as a run of pictures. */
  storyPictures: base
    .input(
      z.object({
        jobId: id,
        model: modelChoiceSchema,
        aspectRatio: z.string().max(40).optional(),
        imageSize: z.string().max(40).optional(),
        which: z.array(z.enum(['cover', 'characters', 'scenes'])).min(1),
      }),
    )
    .output(runSchema),
};
