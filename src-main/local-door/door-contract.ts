/**
 * What the owner of a library offers another process of the same user: the whole contract, and what only a command
 * line asks for. Secrets of its environment cross here, over a socket that nobody else can open, and nowhere else.
 */
import { eventIterator, oc } from '@orpc/contract';
import { contract } from '@shared/contract';
import { progressSchema } from '@shared/contract/base';
import { serviceTokenSchema } from '@shared/contract/service';
import { exportFilterSchema, exportFormatSchema, exportOptionsSchema } from '@shared/model/export';
import { preflightReportSchema, planSchema } from '@shared/model/plan';
import { keyInfoSchema, keyLimitsSchema, keyTierSchema, testReportSchema } from '@shared/model/endpoint';
import { failureKindSchema } from '@shared/model/failure';
import {
  capsSchema,
  datasetFormatSchema,
  jobStateSchema,
  recipeSchema,
  runOptionsSchema,
  runSchema,
  taskSchema,
} from '@shared/model/run';
import { vaultStatusSchema } from '@shared/model/settings';
import { tableFormatSchema } from '@shared/model/table-format';
import { z } from 'zod';
import type { CheckEnd, FolderPlan, JobFacts, RunEnd } from '../app/runs/folder-plan';
import { lentFleetSchema } from './lent-fleet';
import { programContract } from './program-contract';

const path = z.string().min(1).max(4096);

const planOfFolderSchema = z.object({
  name: z.string().max(1000),
  task: taskSchema,
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), path, format: datasetFormatSchema.optional() }),
    z.object({ kind: z.literal('prompts'), prompts: z.array(z.string()) }),
    z.object({ kind: z.literal('sample') }),
  ]),
  recipe: recipeSchema,
  options: runOptionsSchema,
  outputDir: path,
  outputCsv: path.optional(),
  resume: z.boolean(),
  adopt: z.boolean(),
  imageCacheDir: path.optional(),
  answersFile: path.optional(),
}) satisfies z.ZodType<FolderPlan>;

const jobFactsSchema = z.object({
  index: z.number(),
  row: z.number(),
  variant: z.number(),
  model: z.string(),
  status: jobStateSchema,
  outputImage: z.string(),
  failure: failureKindSchema.nullable(),
  error: z.string(),
  endpoint: z.string(),
  attempts: z.number(),
  seconds: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  costUsd: z.number().nullable(),
  response: z.string().optional(),
}) satisfies z.ZodType<JobFacts>;

const refusedSchema = z.object({
  kind: z.literal('refused'),
  sentence: z.string(),
  isStopped: z.literal(true).optional(),
});

const runEndSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('finished'),
    run: runSchema,
    sentence: z.string().optional(),
    unread: z.object({ count: z.number().int(), reasons: z.array(z.string()).readonly() }).optional(),
    answersProblem: z.string().optional(),
  }),
  refusedSchema,
]) satisfies z.ZodType<RunEnd>;

const checkEndSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('checked'),
    plan: planSchema.pick({ jobs: true, costUsd: true, seconds: true, blockers: true }),
    report: preflightReportSchema,
  }),
  refusedSchema,
]) satisfies z.ZodType<CheckEnd>;

/** The owner ends: who asked takes the library over and goes on. */
const handoverSchema = z.object({ kind: z.literal('handover') });
const noteSchema = z.object({ kind: z.literal('note'), sentence: z.string() });

export const runEventSchema = z.discriminatedUnion('kind', [
  noteSchema,
  z.object({ kind: z.literal('progress'), run: runSchema }),
  z.object({ kind: z.literal('jobs'), jobs: z.array(jobFactsSchema) }),
  z.object({ kind: z.literal('end'), end: runEndSchema }),
  handoverSchema,
]);
export type RunEvent = z.infer<typeof runEventSchema>;

export const checkEventSchema = z.discriminatedUnion('kind', [
  noteSchema,
  z.object({ kind: z.literal('report'), report: preflightReportSchema }),
  z.object({ kind: z.literal('end'), end: checkEndSchema }),
  handoverSchema,
]);
export type CheckEvent = z.infer<typeof checkEventSchema>;

const asked = z.object({
  /** Of whoever asks; made anew for each call. */
  borrower: z.string().uuid(),
  plan: planOfFolderSchema,
  /** Null: the library's own serve it. */
  fleet: lentFleetSchema.nullable(),
});

/** Of an error whose message is the database's own sentence. */
export const STORE_CODE = 'STORE';

/** Refusals of these calls are data, as those of the contract. */
const base = oc.errors({
  BAD_INPUT: { data: z.object({ field: z.string().optional() }).optional() },
  NOT_FOUND: {},
  VAULT: { data: vaultStatusSchema },
});

export const doorContract = {
  app: contract,
  door: {
    /** Before anything else: two versions may not understand each other. */
    hello: oc.output(
      z.object({
        version: z.string(),
        pid: z.number().int(),
        /** Its endpoints and keys are those of its environment, and not the library's. */
        isGiven: z.boolean(),
      }),
    ),
    /** Who goes away before its end has its run paused. */
    run: oc.input(asked.extend({ wantsJobs: z.boolean() })).output(eventIterator(runEventSchema)),
    check: oc.input(asked).output(eventIterator(checkEventSchema)),
    ...programContract,
    /** Sends nothing more of a borrower's run; its stream tells the end. */
    stop: oc.input(z.object({ borrower: z.string().uuid() })).output(z.void()),
    /** The window asks a command line for the library: true, if it will let go of it and join as a client. */
    handOver: oc.output(z.boolean()),
    /** Writes a table of a run; `path` null: beside the results. Answers its whole path. */
    exportTable: base
      .input(
        z.object({
          runId: z.number().int().positive(),
          format: tableFormatSchema,
          path: path.nullable(),
        }),
      )
      .output(z.string()),
    /** Writes a run's pictures; `path` null: beside its folder. The last that comes tells where. Who stops listening stops it. */
    exportPictures: base
      .input(
        z.object({
          runId: z.number().int().positive(),
          format: exportFormatSchema,
          filter: exportFilterSchema,
          options: exportOptionsSchema,
          path: path.nullable(),
        }),
      )
      .output(eventIterator(z.union([progressSchema, z.object({ path, sentence: z.string() })]))),
    /** Equal secrets are not added twice. */
    addKeys: base
      .input(
        z.object({
          endpointId: z.string(),
          keys: z
            .array(z.object({ label: z.string().max(120), secret: z.string().min(1).max(4000) }))
            .max(2000),
          groupId: z.string().optional(),
          tier: keyTierSchema.optional(),
          limits: keyLimitsSchema.optional(),
        }),
      )
      .output(z.object({ added: z.array(keyInfoSchema), duplicates: z.number().int() })),
    /** Really calls the provider with keys of the asker's environment, and keeps what is found of them. */
    testLent: base.input(z.object({ fleet: lentFleetSchema })).output(
      z.array(
        z.object({
          keyId: z.string(),
          label: z.string(),
          tail: z.string(),
          endpointId: z.string(),
          endpointName: z.string(),
          report: testReportSchema,
        }),
      ),
    ),
    /** Makes a token of the service. The answer is the only place where it stands. */
    addToken: base
      .input(
        z.object({
          name: z.string().trim().min(1).max(120),
          caps: capsSchema,
          concurrency: z.number().int().positive().max(1024).optional(),
        }),
      )
      .output(z.object({ token: serviceTokenSchema, secret: z.string() })),
    /** Takes endpoints and keys of a `.env` into the library; `path` is absolute. */
    importEnv: base.input(z.object({ path })).output(
      z.object({
        endpoints: z.number().int(),
        keys: z.number().int(),
        duplicates: z.number().int(),
        notes: z.array(z.string()),
      }),
    ),
  },
};
export type DoorContract = typeof doorContract;
