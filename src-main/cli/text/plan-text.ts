/** A text request, the environment's fleet and the catalogue -> what the engine is asked for. Pure. */
import { basename, extname, resolve } from 'node:path';
import { highestCost } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { DatasetFormat, Recipe } from '@shared/model/run';
import type { AnswerFormat } from '@shared/model/text';
import { defaultModel, modelWarnings } from '@shared/resolve-model';
import { refused } from '../cli-request';
import {
  fleetNotes,
  givenFleet,
  type PlannedRun,
  type RunOrder,
  sendingLine,
  unpricedRefusal,
} from '../plan-run';
import type { RunFleet } from '../run-fleet';
import type { TextCliRequest } from './text-request';

/** What stands in the files that a request names. */
export interface TextFiles {
  readonly system: string;
  /** Null: no schema. */
  readonly schema: string | null;
  /** Of the input file; null: prompts. */
  readonly format: DatasetFormat | null;
}

/** Absolute: where the run lives, and where its answers go. */
export interface TextPlaces {
  readonly outputDir: string;
  readonly answersFile: string;
}

export interface PlanTextInput {
  readonly request: TextCliRequest;
  readonly files: TextFiles;
  readonly places: TextPlaces;
  readonly fleet: RunFleet;
  readonly models: readonly CatalogueModel[];
  readonly cwd: string;
  /** YYYY-MM-DD */
  readonly today: string;
}

export function planText(input: PlanTextInput): PlannedRun {
  const { request, fleet, models, places } = input;
  const known = models.filter((model) => model.provider === request.provider);
  const chosen = request.modelName ?? defaultModel(known, request.provider, 'text')?.id;
  if (chosen === undefined) {
    return refused(`The catalogue has no current text model of ${request.provider}: name one with --model.`);
  }
  const model = known.find((one) => one.id === chosen);
  if (model !== undefined && !model.tasks.includes('text')) {
    return refused(`${chosen} makes pictures: name a text model with --model, or leave it out.`);
  }
  const recipe = recipeOf(input, chosen);
  const unpriced = unpricedRefusal(request, { name: chosen, price: highestCost(model, recipe) });
  if (unpriced !== null) {
    return unpriced;
  }
  return {
    kind: 'ok',
    announce: [
      ...fleetNotes(fleet),
      ...modelWarnings(model, input.today).map((warning) => `Warning: ${warning}`),
      `Model: ${chosen}${request.modelName === null ? ' (the default)' : ''}`,
      ...sendingLine(fleet),
    ],
    order: {
      name: nameOf(request),
      task: 'text',
      source: sourceOf(input),
      recipe,
      options: optionsOf(request, fleet),
      ...places,
      resume: request.resume,
      adopt: false,
      fleet: givenFleet(fleet),
    },
  };
}

function recipeOf({ request, files }: PlanTextInput, model: string): Recipe {
  return {
    task: 'text',
    models: [{ provider: request.provider, model }],
    instruction: request.template,
    imageColumns: [],
    variants: 1,
    text: {
      system: files.system,
      generation: request.generation,
      answer: answerOf(request, files),
    },
  };
}

function answerOf({ voices, command }: TextCliRequest, { schema }: TextFiles): AnswerFormat {
  if (command === 'story') {
    return { kind: 'story', ...(voices === undefined ? {} : { voices: [...voices] }) };
  }
  return schema === null ? { kind: 'text' } : { kind: 'json', schema };
}

function optionsOf(request: TextCliRequest, { defaults }: RunFleet): RunOrder['options'] {
  return {
    filterRows: request.filterRows,
    concurrency: defaults.maxWorkers,
    autoConcurrency: request.autoConcurrency,
    workers: request.autoConcurrency ? request.workers : Math.min(request.workers, defaults.maxWorkers),
    maxRetries: defaults.maxRetries,
    retryDelayMs: defaults.retryDelayMs,
    allowPrivateUrls: request.allowPrivateUrls,
    waitForQuota: request.waitForQuota,
    unknown: request.unknown,
    ...(request.caps === undefined ? {} : { caps: request.caps }),
    ...(request.canary === undefined ? {} : { canary: request.canary }),
    ...(request.priority === undefined ? {} : { priority: request.priority }),
  };
}

function sourceOf({ request, files, cwd }: PlanTextInput): RunOrder['source'] {
  if (request.source.kind === 'prompts') {
    return { kind: 'prompts', prompts: request.source.prompts };
  }
  const path = resolve(cwd, request.source.path);
  return files.format === null ? { kind: 'file', path } : { kind: 'file', path, format: files.format };
}

function nameOf({ source, command }: TextCliRequest): string {
  return source.kind === 'prompts' ? command : basename(source.path, extname(source.path)) || command;
}
