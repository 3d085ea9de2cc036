/** What a page may send over the border, well-formed and wrong. */
import type { AnyContractProcedure } from '@orpc/contract';
import { traverseContractProcedures } from '@orpc/server';
import { contract } from '@shared/contract';
import { EVERYTHING } from '@shared/model/gallery';
import type { z } from 'zod';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const recipe = {
  task: 'edit',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: 'x',
  imageColumns: [],
  variants: 1,
};
const studioAsk = {
  inputs: [],
  instruction: 'x',
  model: { provider: 'openai', model: 'm' },
  variants: 1,
  turn: 'fresh',
};
export const endpoint = {
  name: 'e',
  provider: 'openai',
  baseUrl: '',
  apiVersion: '',
  enabled: true,
  weight: 1,
  timeoutMs: 1000,
  limits: {},
  options: {},
};

/** One well-formed input for each procedure that takes any; whatever it names does not exist. */
export const INPUTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'system.setTheme': { theme: 'dark' },
  'system.setInterfaceSize': { percent: 125 },
  'system.openLink': { url: 'https://example.test/' },
  'system.report': { message: 'm' },
  'settings.set': { concurrency: 1, workers: 1, logLevel: 'info', allowPrivateUrls: false },
  'files.pick': { purpose: 'dataset' },
  'datasets.open': { grant: UNKNOWN },
  'datasets.fromPrompts': { name: 'n', prompts: 'p' },
  'datasets.fromPictures': { name: 'n', grants: [UNKNOWN] },
  'datasets.fromImages': { name: 'n', images: [new File(['x'], 'x.png')] },
  'datasets.withFolders': { datasetId: 9 },
  'datasets.rows': { datasetId: 9, offset: 0, limit: 1 },
  'models.add': {
    id: 'm',
    provider: 'openai',
    label: 'M',
    state: 'current',
    tasks: [],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    source: 's',
  },
  'models.remove': { provider: 'openai', id: 'm' },
  'runs.plan': { datasetId: 9, recipe, options: {} },
  'runs.start': { datasetId: 9, recipe, options: {} },
  'runs.resume': { runId: 9 },
  'runs.stop': { runId: 9 },
  'runs.rerunJob': { jobId: 9 },
  'runs.preflight': { datasetId: 9, recipe, options: {} },
  'runs.cancel': { runId: 9, which: 'pending' },
  'runs.setPriority': { runId: 9, priority: 'high' },
  'runs.move': { runId: 9, place: 0 },
  'runs.rename': { runId: 9, name: 'Cats' },
  'runs.setOptions': { runId: 9, options: {} },
  'runs.rerun': { runId: 9, which: { kind: 'unknown' } },
  'runs.get': { runId: 9 },
  'runs.jobs': { runId: 9, offset: 0, limit: 1 },
  'runs.job': { jobId: 9 },
  'runs.failures': { runId: 9 },
  'runs.unplaced': { runId: 9 },
  'runs.showFolder': { runId: 9 },
  'runs.export': { runId: 9, format: 'csv' },
  'review.queue': { source: { kind: 'run', runId: 9 }, filter: 'all', order: 'source' },
  'review.counts': { source: { kind: 'run', runId: 9 } },
  'review.set': { jobId: 9, resultId: 9, review: null },
  'review.rerun': { jobId: 9 },
  'review.versions': { jobId: 9 },
  'review.takeBack': { jobId: 9, resultId: 9 },
  'arena.offers': { runIds: [9] },
  'arena.create': { runIds: [9], kind: 'model' },
  'arena.get': { arenaId: 9 },
  'arena.pair': { arenaId: 9, from: 0, any: false },
  'arena.choose': { pairId: 9, choice: null },
  'arena.undo': { arenaId: 9 },
  'arena.outcome': { arenaId: 9 },
  'arena.remove': { arenaId: 9 },
  'arena.restore': { arenaId: 9 },
  'gallery.search': { query: EVERYTHING },
  'gallery.page': { query: EVERYTHING, offset: 0, limit: 1 },
  'gallery.ids': { query: EVERYTHING, from: 0, to: 1 },
  'gallery.findRow': { query: EVERYTHING, index: 0, after: -1 },
  'gallery.placeOf': { query: EVERYTHING, jobId: 9 },
  'gallery.texts': { jobIds: [9] },
  'gallery.sum': { selection: { kind: 'ids', jobIds: [9] } },
  'gallery.change': { selection: { kind: 'ids', jobIds: [9] }, change: { kind: 'trash' } },
  'gallery.undo': { stepId: 9 },
  'gallery.rerun': { selection: { kind: 'ids', jobIds: [9] } },
  'gallery.saveView': { name: 'n', query: EVERYTHING },
  'gallery.removeView': { viewId: 9 },
  'studio.tree': { treeId: 9 },
  'studio.bring': { treeId: null, images: [new File(['x'], 'x.png')] },
  'studio.bringResults': { treeId: null, resultIds: [9] },
  'studio.send': { treeId: null, ask: studioAsk },
  'studio.cancel': { nodeIds: [9] },
  'studio.retry': { nodeIds: [9] },
  'studio.renameTree': { treeId: 9, name: 'n' },
  'studio.renameNode': { nodeId: 9, name: 'n' },
  'studio.prune': { nodeId: 9 },
  'studio.restore': { nodeIds: [9] },
  'studio.removeTree': { treeId: 9 },
  'studio.restoreTree': { treeId: 9 },
  'studio.exportTree': { treeId: 9, grant: UNKNOWN },
  'studio.applyChain': { nodeId: 9, datasetId: 9 },
  'studio.instructions': { search: 'x', limit: 1 },
  'presets.save': { name: 'n', instruction: 'i', tags: [] },
  'presets.remove': { presetId: 9 },
  'presets.restore': { preset: { id: 9, name: 'n', instruction: 'i', tags: [] } },
  'presets.import': { grant: UNKNOWN },
  'pictures.export': {
    source: { kind: 'run', runId: 9, filter: 'jobs' },
    format: 'csv',
    options: { embedRecipe: false, pairs: { verdicts: true, ratings: true } },
  },
  'pictures.facts': { picture: { kind: 'result', resultId: 9 } },
  'pictures.saveAs': {
    picture: { kind: 'result', resultId: 9 },
    form: { format: 'png', quality: 90, colour: 'keep', embedRecipe: true },
  },
  'pictures.copy': { picture: { kind: 'node', nodeId: 9, part: 'picture' } },
  'pictures.showInFolder': { picture: { kind: 'result', resultId: 9 } },
  'pictures.prepareDrag': { pictures: [{ kind: 'result', resultId: 9 }] },
  'pictures.editElsewhere': { nodeId: 9, part: 'picture' },
  'pictures.readRecipe': { grant: UNKNOWN },
  'endpoints.add': endpoint,
  'endpoints.update': { ...endpoint, id: 'none' },
  'endpoints.remove': { endpointId: 'none' },
  'endpoints.test': { endpointId: 'none' },
  'endpoints.move': { endpointId: 'none', place: 0 },
  'endpoints.reset': { endpointId: 'none' },
  'endpoints.probe': { endpointId: 'none', model: 'm', prompt: 'p' },
  'endpoints.usage': { days: 30 },
  'endpoints.events': { limit: 1 },
  'groups.save': { name: 'g', limits: {} },
  'groups.remove': { groupId: 'none' },
  'keys.add': { endpointId: 'none', keys: [{ label: 'l', secret: 's' }] },
  'keys.update': { keyId: 'none', label: 'l' },
  'keys.reset': { keyId: 'none' },
  'keys.remove': { keyId: 'none' },
  'keys.importEnv': { grant: UNKNOWN },
  'text.ask': {
    model: { provider: 'openai', model: 'm' },
    system: '',
    prompt: 'x',
    attachments: [],
    generation: {},
    answer: { kind: 'text' },
  },
  'text.history': { offset: 0, limit: 1, search: '' },
  'text.forget': { jobIds: [9] },
  'text.recall': { jobIds: [9] },
  'text.checkSchema': { schema: '{}' },
  'text.answers': { runId: 9, offset: 0, limit: 1 },
  'text.answer': { jobId: 9 },
  'text.asked': { jobId: 9 },
  'text.saveAnswer': { jobId: 9 },
  'text.improve': { instruction: 'i', model: { provider: 'openai', model: 'm' } },
  'text.describe': { datasetId: 9, model: { provider: 'openai', model: 'm' }, prompt: 'p', options: {} },
  'text.addAnswers': { runId: 9, column: 'c' },
  'text.judge': { runId: 9, model: { provider: 'openai', model: 'm' }, options: {} },
  'text.story': { jobId: 9 },
  'text.storyPictures': { jobId: 9, model: { provider: 'openai', model: 'm' }, which: ['cover'] },
  'service.set': { enabled: false, port: 5004, allowedHosts: [] },
  'service.addToken': { name: 'n', caps: {} },
  'service.updateToken': { id: 'none', name: 'n', caps: {} },
  'service.revokeToken': { id: 'none' },
  'vault.choose': { kind: 'passphrase', passphrase: 'eight characters' },
  'vault.unlock': { passphrase: 'p' },
};

/** What a hostile page may put into any field. */
const WRONG_VALUES: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  'x'.repeat(100_001),
  [],
  { $ne: null },
  true,
  '../../etc/passwd\0',
];

export const procedures = new Map<string, AnyContractProcedure>();
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  procedures.set(path.join('.'), procedure as AnyContractProcedure);
});

export function schemaOf(name: string): z.ZodType | undefined {
  return procedures.get(name)?.['~orpc'].inputSchema as z.ZodType | undefined;
}

/**
 * Whole inputs of a wrong kind, and the good input with each field in turn spoilt or left out. A value of another kind
 * than the good one is wrong whatever the schema says; one of the same kind, or a field left out, when the schema says so.
 */
export function wrongInputs(name: string): unknown[] {
  const good = INPUTS[name] ?? {};
  const isRefused = (input: unknown): boolean => schemaOf(name)?.safeParse(input).success === false;
  const spoilt = Object.entries(good).flatMap(([field, value]) =>
    WRONG_VALUES.map((wrong) => ({
      input: { ...good, [field]: wrong },
      isOther: kindOf(wrong) !== kindOf(value),
    }))
      .filter(({ input, isOther }) => isOther || isRefused(input))
      .map(({ input }) => input),
  );
  const shortened = Object.keys(good).map((field) => {
    const { [field]: _left, ...rest } = good;
    return rest;
  });
  return [null, 0, 'text', [], [good], ...spoilt, ...[undefined, {}, ...shortened].filter(isRefused)];
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
