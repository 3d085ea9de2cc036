/**
 * The whole border of the program: every call and event, once. The desktop serves it over a MessagePort, the
 * service over a WebSocket at /app. No secret leaves through it: a key is `{id, label, tail, state}`.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { arenaContract } from './contract/arena';
import { base, grantToken, id, MOST_FILES, none, page, text } from './contract/base';
import { galleryContract } from './contract/gallery';
import { picturesContract } from './contract/pictures';
import { reviewContract } from './contract/review';
import { serviceContract } from './contract/service';
import { presetsContract, studioContract } from './contract/studio';
import { textContract } from './contract/text';
import { catalogueModelSchema } from './model/catalogue';
import {
  endpointHealthSchema,
  endpointMetricsSchema,
  endpointOptionsSchema,
  endpointSchema,
  fleetEventSchema,
  keyInfoSchema,
  keyLimitsSchema,
  keyMetricsSchema,
  keyTierSchema,
  limitsSchema,
  probeReportSchema,
  quotaGroupSchema,
  testReportSchema,
} from './model/endpoint';
import { failureKindSchema } from './model/failure';
import { planSchema, preflightReportSchema } from './model/plan';
import { providerSchema } from './model/provider';
import {
  datasetSchema,
  jobDetailSchema,
  jobStateSchema,
  jobTileSchema,
  prioritySchema,
  recipeSchema,
  rowSchema,
  runNameSchema,
  runOptionsSchema,
  runSchema,
  unplacedAnswersSchema,
} from './model/run';
import { tableFormatSchema } from './model/table-format';
import { interfaceSizeSchema, settingsSchema, themeSchema, vaultStatusSchema } from './model/settings';
import { LONGEST_USAGE_DAYS, usageSchema } from './model/usage';
import { treeNodeSchema, treeSchema } from './model/studio';

/** A file or folder the user picked or dropped. Main knows the path; the page knows a token and a name. */
export const grantSchema = z.object({ token: z.string().uuid(), name: z.string(), isDirectory: z.boolean() });
export type Grant = Readonly<z.infer<typeof grantSchema>>;

export const endpointViewSchema = z.object({
  endpoint: endpointSchema,
  health: endpointHealthSchema,
  metrics: endpointMetricsSchema,
  keys: z.array(keyInfoSchema),
  /** By key id; a key that never served here has none. */
  keyMetrics: z.record(z.string(), keyMetricsSchema).optional(),
});
export type EndpointView = Readonly<z.infer<typeof endpointViewSchema>>;

const runRequestSchema = z.object({
  name: z.string().max(200).optional(),
  datasetId: id,
  recipe: recipeSchema,
  options: runOptionsSchema.partial(),
  /** A picked folder; absent: a new folder below the default output folder. */
  outputGrant: z.string().uuid().optional(),
  /**
   * When the picked folder holds a run or pictures: `resume` goes on with that run, `anew` sends everything again,
   * `adopt` takes whole pictures as done; absent or `fresh`: a new folder below it.
   */
  onExisting: z.enum(['fresh', 'resume', 'anew', 'adopt']).optional(),
});
export type RunRequest = Readonly<z.infer<typeof runRequestSchema>>;

const rerunRequestSchema = z.object({
  runId: id,
  which: z.discriminatedUnion('kind', [
    /** Of one kind, and of one text, where they are named. */
    z.object({
      kind: z.literal('failed'),
      failureKind: failureKindSchema.optional(),
      message: text.optional(),
    }),
    z.object({ kind: z.literal('unknown') }),
    z.object({ kind: z.literal('cancelled') }),
    z.object({ kind: z.literal('jobs'), jobIds: z.array(id).min(1).max(100_000) }),
  ]),
  changes: z
    .object({
      /** Only these serve the run from now on; no change of what is asked. */
      endpointIds: z.array(z.string()).min(1).max(2000).optional(),
      models: recipeSchema.shape.models.optional(),
      imageSize: z.string().max(40).optional(),
      aspectRatio: z.string().max(40).optional(),
      instruction: text.optional(),
    })
    .optional(),
});
export type RerunRequest = Readonly<z.infer<typeof rerunRequestSchema>>;

/** Pushed to every open page, at most ten times a second. Jobs and endpoints come whole, keyed by id. */
export const appEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: runSchema }),
  z.object({ kind: z.literal('runRemoved'), runId: id }),
  z.object({ kind: z.literal('jobs'), runId: id, jobs: z.array(jobTileSchema) }),
  z.object({ kind: z.literal('endpoints'), endpoints: z.array(endpointViewSchema) }),
  z.object({ kind: z.literal('dataset'), dataset: datasetSchema }),
  /** Nodes that changed come whole; null: the tree was removed. */
  z.object({
    kind: z.literal('tree'),
    treeId: id,
    tree: treeSchema.nullable(),
    nodes: z.array(treeNodeSchema),
  }),
  z.object({ kind: z.literal('settings'), settings: settingsSchema }),
  z.object({ kind: z.literal('vault'), vault: vaultStatusSchema }),
  z.object({ kind: z.literal('groups'), groups: z.array(quotaGroupSchema) }),
  z.object({ kind: z.literal('fleetEvent'), event: fleetEventSchema }),
]);
export type AppEvent = Readonly<z.infer<typeof appEventSchema>>;

const endpointDraftSchema = endpointSchema.omit({ id: true, demo: true }).extend({
  limits: limitsSchema,
  options: endpointOptionsSchema,
});

export const contract = {
  system: {
    info: base.output(
      z.object({
        version: z.string(),
        libraryDir: z.string(),
        defaultOutputDir: z.string(),
        platform: z.string(),
        vault: vaultStatusSchema,
        theme: themeSchema,
        interfaceSize: interfaceSizeSchema,
      }),
    ),
    events: base.output(eventIterator(appEventSchema)),
    setTheme: base.input(z.object({ theme: themeSchema })).output(none),
    setInterfaceSize: base.input(z.object({ percent: interfaceSizeSchema })).output(none),
    openLogs: base.output(none),
    /** Opens one of our own links (provider pages) in the browser; anything else is refused. */
    openLink: base.input(z.object({ url: z.string().max(2000) })).output(none),
    /** A renderer error, for the log. */
    report: base.input(z.object({ message: z.string().max(10_000) })).output(none),
  },
  settings: {
    get: base.output(settingsSchema),
    set: base.input(settingsSchema.partial()).output(settingsSchema),
  },
  files: {
    /** Shows the system's dialog; null when the user cancels. */
    pick: base
      .input(z.object({ purpose: z.enum(['dataset', 'imageFolder', 'outputFolder', 'envFile', 'presets']) }))
      .output(grantSchema.nullable()),
  },
  datasets: {
    /** Returns at once; rows go on streaming in (`dataset` events). */
    open: base.input(z.object({ grant: z.string().uuid() })).output(datasetSchema),
    fromPrompts: base.input(z.object({ name: z.string().max(200), prompts: text })).output(datasetSchema),
    fromImages: base
      .input(z.object({ name: z.string().max(200), images: z.array(z.instanceof(File)).min(1).max(200) }))
      .output(datasetSchema),
    /** More than `fromImages` takes: files that the user's hand gave, of one folder, read where they lie. */
    fromPictures: base
      .input(z.object({ name: z.string().max(200), grants: z.array(grantToken).min(1).max(MOST_FILES) }))
      .output(datasetSchema),
    /** The same folder of pictures once more, with those of all folders in it. */
    withFolders: base.input(z.object({ datasetId: id })).output(datasetSchema),
    /** The sample dataset that comes with the program. */
    sample: base.output(datasetSchema),
    list: base.output(z.array(datasetSchema)),
    rows: base
      .input(z.object({ datasetId: id, ...page, imageColumns: z.array(z.string()).optional() }))
      .output(z.array(rowSchema)),
  },
  models: {
    list: base.output(z.array(catalogueModelSchema)),
    add: base.input(catalogueModelSchema).output(z.array(catalogueModelSchema)),
    remove: base
      .input(z.object({ provider: providerSchema, id: z.string() }))
      .output(z.array(catalogueModelSchema)),
  },
  runs: {
    plan: base.input(runRequestSchema).output(planSchema),
    /** Plans the jobs and starts sending. */
    start: base.input(runRequestSchema).output(runSchema),
    /**
     * Goes on with a paused, finished or cut-off run; `unknown` jobs as `resendUnknown` says, or else as it was started.
     * Pictures in its folder that have no record: `adopt` takes the whole ones as done, else it is refused (field `adopt`).
     */
    resume: base
      .input(z.object({ runId: id, resendUnknown: z.boolean().optional(), adopt: z.boolean().optional() }))
      .output(runSchema),
    /** Reads every row as far as it can be checked without sending. */
    preflight: base.input(runRequestSchema).output(eventIterator(preflightReportSchema)),
    /**
     * Pending jobs become `cancelled`. `all`: requests in flight are cut off, too; jobs whose request had left become
     * `unknown`, for they may be charged.
     */
    cancel: base.input(z.object({ runId: id, which: z.enum(['pending', 'all']) })).output(runSchema),
    setPriority: base.input(z.object({ runId: id, priority: prioritySchema })).output(runSchema),
    /** Puts it at a place in the queue, counted from 0 among the runs of its priority that are not over. */
    move: base
      .input(z.object({ runId: id, place: z.number().int().nonnegative() }))
      .output(z.array(runSchema)),
    /** Its folder, and the names of tables that were exported before, stay. */
    rename: base.input(z.object({ runId: id, name: runNameSchema })).output(runSchema),
    /** Takes effect at once where the run is under way; what is absent stays. */
    setOptions: base
      .input(
        z.object({
          runId: id,
          options: runOptionsSchema
            .omit({
              filterRows: true,
              chosen: true,
              workers: true,
              payer: true,
              lentKeys: true,
              judges: true,
            })
            .partial(),
        }),
      )
      .output(runSchema),
    /**
     * Sends jobs again. As they were, they become pending in the same run. With a change of what is asked, a new run
     * is made of exactly these jobs: a recipe is never mixed.
     */
    rerun: base.input(rerunRequestSchema).output(runSchema),
    /** Stops sending; requests in flight finish. */
    stop: base.input(z.object({ runId: id })).output(runSchema),
    rerunJob: base.input(z.object({ jobId: id })).output(runSchema),
    list: base.output(z.array(runSchema)),
    /** What the service, programs and single requests asked, newest first: the list has those only while they wait. */
    sessions: base.output(z.array(runSchema)),
    /** One, also where the list leaves it out: a request of the studio or of a session that is over. */
    get: base.input(z.object({ runId: id })).output(runSchema),
    jobs: base
      .input(
        z.object({
          runId: id,
          ...page,
          state: jobStateSchema.optional(),
          failureKind: failureKindSchema.optional(),
        }),
      )
      .output(z.object({ total: z.number().int(), jobs: z.array(jobTileSchema) })),
    job: base.input(z.object({ jobId: id })).output(jobDetailSchema),
    /** Failed jobs grouped by kind and text, most first. */
    failures: base.input(z.object({ runId: id })).output(
      z.array(
        z.object({
          kind: failureKindSchema,
          message: z.string(),
          count: z.number().int(),
          /** Of the first 5 rows, the first job each. */
          examples: z.array(jobTileSchema.pick({ id: true, position: true, row: true, index: true })),
        }),
      ),
    ),
    /** Answers of `unknown` jobs that lie whole on disk; once they have a place, they are taken before anything is sent. */
    unplaced: base.input(z.object({ runId: id })).output(unplacedAnswersSchema),
    showFolder: base.input(z.object({ runId: id })).output(none),
    /** Writes the table beside the results, or where the user says; returns the file's name, null on cancel. */
    export: base
      .input(
        z.object({
          runId: id,
          format: tableFormatSchema,
        }),
      )
      .output(z.string().nullable()),
  },
  review: reviewContract,
  studio: studioContract,
  presets: presetsContract,
  gallery: galleryContract,
  arena: arenaContract,
  pictures: picturesContract,
  text: textContract,
  service: serviceContract,
  endpoints: {
    list: base.output(z.array(endpointViewSchema)),
    add: base.input(endpointDraftSchema).output(endpointViewSchema),
    update: base.input(endpointDraftSchema.extend({ id: z.string() })).output(endpointViewSchema),
    remove: base.input(z.object({ endpointId: z.string() })).output(none),
    /** Really calls the endpoint, with one key or each of its keys. */
    test: base
      .input(z.object({ endpointId: z.string(), keyId: z.string().optional() }))
      .output(z.array(z.object({ keyId: z.string().nullable(), report: testReportSchema }))),
    /** Puts it at a place in the list, counted from 0. */
    move: base
      .input(z.object({ endpointId: z.string(), place: z.number().int().nonnegative() }))
      .output(none),
    /** Forgets its errors and its rest, and what its keys were out for: all is tried again. */
    reset: base.input(z.object({ endpointId: z.string() })).output(endpointViewSchema),
    /** Sends one real request for one picture, with its own key and against its own limits. */
    probe: base
      .input(
        z.object({
          endpointId: z.string(),
          model: z.string().min(1).max(200),
          prompt: z.string().min(1).max(10_000),
          imageSize: z.string().max(40).optional(),
        }),
      )
      .output(probeReportSchema),
    /** Of so many calendar days, today among them. */
    usage: base
      .input(z.object({ days: z.number().int().min(1).max(LONGEST_USAGE_DAYS) }))
      .output(usageSchema),
    /** Changes of state, newest first. */
    events: base
      .input(z.object({ limit: z.number().int().min(1).max(1000) }))
      .output(z.array(fleetEventSchema)),
  },
  groups: {
    list: base.output(z.array(quotaGroupSchema)),
    /** `id` absent: a new one. */
    save: base.input(quotaGroupSchema.partial({ id: true })).output(quotaGroupSchema),
    /** Its keys stand for themselves again. */
    remove: base.input(z.object({ groupId: z.string() })).output(none),
  },
  keys: {
    /** Adds keys; equal secrets are not added twice. */
    add: base
      .input(
        z.object({
          endpointId: z.string(),
          keys: z
            .array(z.object({ label: z.string().max(120), secret: z.string().min(1).max(4000) }))
            .min(1)
            .max(2000),
          groupId: z.string().optional(),
          tier: keyTierSchema.optional(),
          /** Of each of them. */
          limits: keyLimitsSchema.optional(),
        }),
      )
      .output(z.object({ added: z.array(keyInfoSchema), duplicates: z.number().int() })),
    /** What is absent stays; null takes it away. */
    update: base
      .input(
        z.object({
          keyId: z.string(),
          label: z.string().max(120).optional(),
          paused: z.boolean().optional(),
          limits: keyLimitsSchema.nullable().optional(),
          groupId: z.string().nullable().optional(),
          tier: keyTierSchema.nullable().optional(),
          /** The endpoints it serves from now on. */
          endpointIds: z.array(z.string()).min(1).max(2000).optional(),
        }),
      )
      .output(keyInfoSchema),
    /** Brings a key back into the pool; one request tries it. */
    reset: base.input(z.object({ keyId: z.string() })).output(keyInfoSchema),
    remove: base.input(z.object({ keyId: z.string() })).output(none),
    /** Reads endpoints and keys from a picked `.env`. */
    importEnv: base.input(z.object({ grant: z.string().uuid() })).output(
      z.object({
        endpoints: z.number().int(),
        keys: z.number().int(),
        duplicates: z.number().int(),
        notes: z.array(z.string()),
      }),
    ),
  },
  vault: {
    status: base.output(vaultStatusSchema),
    /** Chooses how secrets are kept when there is no keyring. */
    choose: base
      .input(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('session') }),
          z.object({ kind: z.literal('passphrase'), passphrase: z.string().min(8).max(1000) }),
        ]),
      )
      .output(vaultStatusSchema),
    unlock: base.input(z.object({ passphrase: z.string().max(1000) })).output(vaultStatusSchema),
  },
};
export type Contract = typeof contract;

/** A call by its path: `runs.start`. */
export type CallName = {
  [Group in keyof Contract]: `${Group}.${keyof Contract[Group] & string}`;
}[keyof Contract];
