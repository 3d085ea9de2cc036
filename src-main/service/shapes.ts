/** What the documented routes take and give, as schemas: they judge requests, and /openapi.json is made of them. */
import { failureSchema } from '@shared/model/failure';
import { generationSchema } from '@shared/model/text';
import { providerSchema } from '@shared/model/provider';
import { z } from 'zod';

/** Items of one batch. */
export const MOST_ITEMS = 1000;
const MOST_TEXT = 2_000_000;

const keyText = z.string().max(500);
export const credentialsSchema = z
  .strictObject({
    gemini_api_key: keyText.nullish().describe("The caller's own key of Gemini."),
    openai_api_key: keyText.nullish().describe("The caller's own key of OpenAI."),
  })
  .describe('Keys of the caller: they serve this request alone, and are neither stored nor logged.');

const names = {
  topP: ['top_p'],
  topK: ['top_k'],
  maxOutputTokens: ['max_output_tokens', 'max_tokens'],
  candidateCount: ['candidate_count'],
  thinkingBudget: ['thinking_budget'],
  stop: ['stop_sequences', 'stopSequences'],
  presencePenalty: ['presence_penalty'],
  frequencyPenalty: ['frequency_penalty'],
  safety: ['safety_settings', 'safetySettings'],
} as const;
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries(names).flatMap(([name, aliases]) => aliases.map((alias) => [alias, name] as const)),
);

/** Snake or camel case, as the SDKs have it. */
const generationConfigSchema = z
  .record(z.string(), z.unknown())
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given).map(([alias, value]) => {
        const name = ALIASES.get(alias) ?? alias;
        return [name, name === 'stop' && typeof value === 'string' ? [value] : value];
      }),
    ),
  )
  .pipe(generationSchema)
  .describe(
    'temperature, top_p, top_k, max_output_tokens, candidate_count, seed, thinking_budget, stop_sequences, presence_penalty, frequency_penalty, safety_settings',
  );

const modelFields = {
  model: z.string().max(200).optional().describe('Absent: the usual one.'),
  provider: providerSchema.optional().describe('Of a model whose name does not tell.'),
  generation_config: generationConfigSchema.optional(),
  metadata: z.unknown().optional().describe('Comes back as it is.'),
};
const text = z.string().max(MOST_TEXT);
const required = text.min(1);
const taskId = z.union([z.string().max(500), z.number()]);

const chatFields = {
  prompt: required,
  system_prompt: text.default(''),
  ...modelFields,
};
const structuredFields = {
  user_content: required,
  system_prompt: text,
  json_schema: z.record(z.string(), z.unknown()).describe('A JSON Schema, draft 2020-12.'),
  ...modelFields,
};
const storyFields = {
  user_content: required,
  system_prompt: text,
  voice_id_list: z
    .array(z.string().min(1).max(200))
    .max(1000)
    .optional()
    .describe("The narrator's voice is one of them."),
  ...modelFields,
};

const ownId = { task_id: taskId.optional().describe('Comes back as it is.') };
const sender = {
  credentials: credentialsSchema.nullish(),
  external_semaphore_id: z.string().max(200).nullish().describe('Taken besides the global limit.'),
};

export const chatItemSchema = z.strictObject({ ...chatFields, ...ownId });
export const structuredItemSchema = z.strictObject({ ...structuredFields, ...ownId });
export const storyItemSchema = z.strictObject({ ...storyFields, ...ownId });
export type ChatItem = z.infer<typeof chatItemSchema>;
export type StructuredItem = z.infer<typeof structuredItemSchema>;
export type StoryItem = z.infer<typeof storyItemSchema>;

export const chatRequestSchema = z.strictObject({
  ...chatFields,
  ...ownId,
  prompt: required.optional().describe('This or message.'),
  message: required.optional().describe('The same as prompt.'),
  timeout: z.number().positive().max(3600).optional().describe('Seconds; then 408.'),
  ...sender,
});
export const structuredRequestSchema = z.strictObject({ ...structuredFields, ...ownId, ...sender });
export const storyRequestSchema = z.strictObject({ ...storyFields, ...ownId, ...sender });

const requestsOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ requests: z.array(item).max(MOST_ITEMS), ...sender });
export const chatBatchSchema = requestsOf(chatItemSchema);
export const structuredBatchSchema = requestsOf(structuredItemSchema);
export const storyBatchSchema = requestsOf(storyItemSchema);

const taskFields = { task_id: taskId, output_filename: z.string().max(1000).nullish() };
const tasksOf = <T extends z.ZodRawShape>(fields: T) =>
  z.strictObject({ tasks: z.array(z.strictObject({ ...fields, ...taskFields })).max(MOST_ITEMS), ...sender });
export const chatTasksSchema = tasksOf(chatFields);
export const structuredTasksSchema = tasksOf(structuredFields);
export const storyTasksSchema = tasksOf(storyFields);

export const semaphoreSchema = z.strictObject({
  semaphore_id: z.string().min(1).max(200),
  limit: z.number().int().min(1).max(100_000),
});
export const semaphoreLimitSchema = semaphoreSchema.pick({ limit: true });
export const leaseSchema = z.strictObject({
  ttl_s: z.number().positive().max(86_400).describe('Seconds; then it returns by itself.'),
});

const echoed = { task_id: taskId.optional(), metadata: z.unknown().optional() };
export const failedItemSchema = z.object({
  success: z.literal(false),
  error: z.string(),
  failure: failureSchema.optional(),
  index: z.number().int().optional(),
  ...echoed,
});
const beside = {
  candidates: z
    .array(z.unknown())
    .optional()
    .describe('All of them, where candidate_count asks for several.'),
  finish: z
    .string()
    .optional()
    .describe("Where the answer was cut off: why, in the provider's word, such as MAX_TOKENS."),
};
export const chatAnswerSchema = z.object({
  success: z.literal(true),
  response: z.string(),
  ...beside,
  model: z.string(),
  index: z.number().int().optional(),
  ...echoed,
});
export const dataAnswerSchema = z.object({
  success: z.literal(true),
  data: z.unknown(),
  message: z.literal('Successfully generated structured output'),
  ...beside,
  index: z.number().int().optional(),
  model: z.string(),
  ...echoed,
});
export const batchAnswerOf = <T extends z.ZodType>(item: T) =>
  z.object({
    results: z.array(z.union([item, failedItemSchema])),
    total_requests: z.number().int(),
    successful_requests: z.number().int(),
    failed_requests: z.number().int(),
  });
const taskResultSchema = z.object({
  task_id: taskId,
  success: z.boolean(),
  data: z.unknown(),
  output_filename: z.string().nullable(),
  error: z.string().nullable(),
  response_time: z.number().nullable(),
  ...beside,
});
export const tasksAnswerSchema = z.object({
  total_tasks: z.number().int(),
  successful_count: z.number().int(),
  failed_count: z.number().int(),
  successful_results: z.array(taskResultSchema),
  failed_results: z.array(taskResultSchema),
  external_semaphore_used: z.boolean(),
  semaphore_id: z.string().nullable(),
});
export const semaphoreStandingSchema = z.object({
  semaphore_id: z.string(),
  limit: z.number().int(),
  in_use: z.number().int(),
  available: z.number().int(),
  leases: z.number().int(),
  waiting: z.number().int(),
});
export const problemSchema = z.object({
  detail: z.string(),
  success: z.literal(false),
  error: z.string(),
  failure: failureSchema.optional(),
  field: z.string().optional(),
});
