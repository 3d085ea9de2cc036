/** A request, the environment's fleet and the catalogue -> what the engine is asked for, and what a person is told. Pure. */
import { basename, extname, resolve } from 'node:path';
import { resolveSize } from '@shared/aspect-ratio';
import { highestCost } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import { DEMO_ENDPOINT, DEMO_MODEL } from '@shared/demo';
import type { Caps, DatasetFormat, Recipe } from '@shared/model/run';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { defaultModel, modelWarnings } from '@shared/resolve-model';
import { columnTemplate } from '@shared/template';
import {
  type DemoCliRequest,
  type Refused,
  refused,
  type RunCliRequest,
  type SizeFlags,
} from './cli-request';
import type { RunFolderRequest } from './engine-port';
import { ignoredNote } from './explained-flags';
import type { RunFleet } from './run-fleet';

/** The engine's request without its listeners. */
export type RunOrder = Omit<RunFolderRequest, 'onNote' | 'onProgress' | 'onJob'>;

export type PlannedRun =
  | {
      readonly kind: 'ok';
      readonly order: RunOrder /** One sentence each, before it starts. */;
      readonly announce: readonly string[];
    }
  | Refused;

export interface PlanInput {
  readonly request: RunCliRequest;
  readonly fleet: RunFleet;
  /** Of the input file; null for a prompt. */
  readonly format: DatasetFormat | null;
  readonly models: readonly CatalogueModel[];
  readonly cwd: string;
  /** YYYY-MM-DD */
  readonly today: string;
}

/** What is asked of every row, as a template. */
export function instructionTemplate(request: RunCliRequest): string {
  const { instruction } = request;
  return instruction.kind === 'column' ? columnTemplate(instruction.name) : instruction.text;
}

export function planRun(input: PlanInput): PlannedRun {
  const { request, fleet, models, cwd } = input;
  const known = models.filter((model) => model.provider === request.provider);
  const chosen = request.modelName ?? defaultModel(known, request.provider)?.id;
  if (chosen === undefined) {
    return refused(`The catalogue has no current model of ${request.provider}: name one with --model_name.`);
  }
  const model = known.find((one) => one.id === chosen);
  const size = readSize(request, fleet);
  const answer = resolveSize({ provider: request.provider, model, ...size });
  if (answer.kind === 'refused') {
    return refused(answer.sentence);
  }
  const unpriced = unpricedRefusal(request, {
    name: chosen,
    price: highestCost(model, recipeOf(request, chosen, size)),
  });
  if (unpriced !== null) {
    return unpriced;
  }
  const concurrency = fleet.defaults.maxWorkers;
  return {
    kind: 'ok',
    announce: announcements(input, model, chosen),
    order: {
      name: nameOf(request),
      task: request.task,
      source: sourceOf(input),
      recipe: recipeOf(request, chosen, size),
      options: {
        filterRows: request.filterRows,
        concurrency,
        autoConcurrency: request.autoConcurrency,
        workers: request.autoConcurrency ? request.workers : Math.min(request.workers, concurrency),
        maxRetries: fleet.defaults.maxRetries,
        retryDelayMs: fleet.defaults.retryDelayMs,
        allowPrivateUrls: request.allowPrivateUrls,
        waitForQuota: request.waitForQuota,
        unknown: request.unknown,
        ...(request.caps === undefined ? {} : { caps: request.caps }),
        ...(request.canary === undefined ? {} : { canary: request.canary }),
        ...(request.priority === undefined ? {} : { priority: request.priority }),
      },
      outputDir: resolve(cwd, request.outputDir),
      resume: request.resume,
      adopt: request.adopt,
      fleet: givenFleet(fleet),
      ...(request.outputCsv === undefined ? {} : { outputCsv: resolve(cwd, request.outputCsv) }),
      ...(request.imageCacheDir === undefined ? {} : { imageCacheDir: resolve(cwd, request.imageCacheDir) }),
    },
  };
}

/** A cap on cost holds, or nothing is sent (engine/runs/budget.ts). */
export function unpricedRefusal(
  { caps }: { readonly caps?: Caps | undefined },
  { name, price }: { readonly name: string; readonly price: number | null },
): Refused | null {
  return price === null && caps?.costUsd !== undefined
    ? refused(
        `The price of ${name} is not known, so --max_cost cannot be enforced: leave it out, cap the run with --max_requests, or enter the price in Settings.`,
      )
    : null;
}

/** The environment's ratio becomes the recipe's own, so that a change of it is noticed when the run goes on. */
function readSize({ size }: RunCliRequest, fleet: RunFleet): SizeFlags {
  const ratio = fleet.defaults.aspectRatio;
  return size.aspectRatio !== undefined || size.width !== undefined || ratio === null
    ? size
    : { ...size, aspectRatio: ratio };
}

function recipeOf(request: RunCliRequest, model: string, size: SizeFlags): Recipe {
  return {
    task: request.task,
    models: [{ provider: request.provider, model }],
    instruction: instructionTemplate(request),
    imageColumns: [],
    variants: request.variants,
    ...size,
    ...(request.outputNameColumn === undefined ? {} : { outputNameColumn: request.outputNameColumn }),
  };
}

function sourceOf({ request, format, cwd }: PlanInput): RunOrder['source'] {
  if (request.source.kind === 'prompts') {
    return request.source;
  }
  const path = resolve(cwd, request.source.path);
  return format === null ? { kind: 'file', path } : { kind: 'file', path, format };
}

function nameOf({ source }: RunCliRequest): string {
  return source.kind === 'prompts' ? 'prompt' : basename(source.path, extname(source.path)) || 'run';
}

function announcements(
  input: PlanInput,
  model: CatalogueModel | undefined,
  chosen: string,
): readonly string[] {
  const { request, fleet } = input;
  const ignored = ignoredNote(request.ignoredFlags);
  return [
    ...(ignored === null ? [] : [ignored]),
    ...fleetNotes(fleet),
    ...modelWarnings(model, input.today).map((warning) => `Warning: ${warning}`),
    `Model: ${chosen}${request.modelName === null ? ' (the default)' : ''}`,
    ...sendingLine(fleet),
  ];
}

export function fleetNotes(fleet: RunFleet): readonly string[] {
  const warnings = fleet.kind === 'ok' ? fleet.warnings : [];
  return [...fleet.notes.map((note) => `Note: ${note}`), ...warnings.map((warning) => `Warning: ${warning}`)];
}

/** Which keys of the library serve is told once it is open. */
export function sendingLine(fleet: RunFleet): readonly string[] {
  return fleet.kind === 'ok' ? [`Sending: ${fleet.startLine}`] : [];
}

export function givenFleet(fleet: RunFleet): RunOrder['fleet'] {
  return fleet.kind === 'ok' ? { endpoints: fleet.endpoints, keys: fleet.keys } : null;
}

export function planDemo(request: DemoCliRequest, cwd: string): PlannedRun {
  return {
    kind: 'ok',
    announce: [
      'The demo endpoint runs on this machine: no key, no cost, no network. Some of its pictures fail on purpose.',
    ],
    order: {
      name: 'demo',
      task: 'edit',
      source: { kind: 'sample' },
      recipe: {
        task: 'edit',
        models: [DEMO_MODEL],
        instruction: columnTemplate('instruction'),
        imageColumns: [],
        variants: 1,
      },
      options: {
        filterRows: '',
        concurrency: 4,
        workers: 2,
        maxRetries: DEFAULT_SETTINGS.maxRetries,
        retryDelayMs: DEFAULT_SETTINGS.retryDelayMs,
        allowPrivateUrls: false,
        unknown: request.unknown,
      },
      outputDir: resolve(cwd, request.outputDir),
      resume: true,
      adopt: false,
      fleet: { endpoints: [DEMO_ENDPOINT], keys: [] },
    },
  };
}
