/** A request of the studio: a run of one row, with a node for each of its variants. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { referenceCell } from '@shared/columns';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { Recipe, RunOptions } from '@shared/model/run';
import type { MaskSentAs, StudioAsk } from '@shared/model/studio';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';
import type { StoredFile } from '../../store/studio/studio-store';
import { type History, HISTORY_FIELD } from '../orders/conversation';
import { usableFolder } from '../folders/output-folder';
import { planRun } from '../planning/planner';
import { checkRequest } from './check-request';
import { historyOf, INSTRUCTION_FIELD } from './conversation-of';
import { type GatheredInput, gatherInputs, markedUp } from './gather-inputs';
import { type SpokenImage, spokenInstruction } from './instruction-words';
import { keepMask, maskToSend } from './mask-file';
import { shortened } from './node-views';
import type { StudioParts } from './parts';

const MASK_FIELD = 'mask';
const MOST_VARIANTS = 8;

export interface SendRequest {
  /** Null, and no subject: a new tree. */
  readonly treeId: number | null;
  readonly ask: StudioAsk;
  /** PNG. */
  readonly mask?: Uint8Array | undefined;
}

export interface SentRequest {
  readonly treeId: number;
  readonly runId: number;
  /** A node for each variant, in order. */
  readonly nodeIds: readonly number[];
}

/** Throws a Refusal before anything is written where the request cannot be sent. `onRun` hears of its run before it starts. */
export async function sendRequest(
  parts: StudioParts,
  request: SendRequest,
  onRun: (runId: number, treeId: number) => void,
): Promise<SentRequest> {
  const draft = await draftOf(parts, request);
  await checkRequest(parts, draft);
  const treeId = await treeOf(parts, request, draft);
  const run = await createRun(parts, treeId, draft);
  const { whole } = planRun(parts.store, run);
  await whole;
  const nodeIds = await addNodes(parts, { treeId, run, draft });
  onRun(run.id, treeId);
  await startOrCancel(parts, run, request.ask.instruction);
  return { treeId, runId: run.id, nodeIds };
}

/** One that cannot be started is told as such: it must not go out later, when its user has sent another by then. */
async function startOrCancel({ store, runs }: StudioParts, run: StoredRun, written: string): Promise<void> {
  try {
    await store.noteInstruction(written);
    await runs.start(run);
  } catch (error) {
    if (!runs.isActive(run.id)) {
      await store.cancelPending(run.id);
      await store.setRunState(run.id, { kind: 'finished' });
    }
    throw error;
  }
}

/** All that a request needs, before anything of it is in the library. */
export interface RequestDraft {
  /** As it is done: a conversation that cannot go on is a fresh edit. */
  readonly ask: StudioAsk;
  readonly subject: GatheredInput | undefined;
  readonly recipe: Recipe;
  readonly fields: Readonly<Record<string, string>>;
  readonly mask: StoredFile | undefined;
  readonly maskSentAs: MaskSentAs | undefined;
  readonly notes: readonly string[];
}

async function draftOf(parts: StudioParts, { ask, mask: maskBytes }: SendRequest): Promise<RequestDraft> {
  const maskSentAs = maskBytes === undefined ? undefined : howMaskIsSent(parts, ask);
  const inputs = await gatherInputs(parts, ask, maskSentAs === 'mask');
  const subject = inputs.find(({ role }) => role === 'subject');
  const mask = maskBytes === undefined ? undefined : await keepMask(parts.folder, maskBytes, subject);
  const maskFile =
    mask === undefined || subject === undefined ? undefined : await maskToSend(parts, mask, subject);
  const history =
    ask.turn === 'conversation' && subject !== undefined
      ? await historyOf(parts.store, subject.node, ask.model)
      : null;
  const images = await imagesOf(parts, { inputs, subject, mask, maskFile, maskSentAs });
  const spoken = history === null ? images : images.filter(({ path }) => path !== subject?.sent);
  const columns = images.map((_, at) => `image_${at + 1}`);
  return {
    ask: { ...ask, turn: history === null ? 'fresh' : 'conversation' },
    subject,
    recipe: recipeOf(ask, columns, maskSentAs),
    fields: {
      [INSTRUCTION_FIELD]: spokenInstruction(ask.instruction, spoken, history !== null),
      ...Object.fromEntries(images.map(({ path }, at) => [columns[at], referenceCell(path)])),
      ...(maskFile !== undefined && maskSentAs === 'mask' ? { [MASK_FIELD]: maskFile } : {}),
      ...(history === null ? {} : { [HISTORY_FIELD]: JSON.stringify(history satisfies History) }),
    },
    mask,
    maskSentAs,
    notes: inputs.flatMap(({ note }) => note ?? []),
  };
}

/** By the catalogue; a model it does not name takes one where its protocol has a place for it. */
function howMaskIsSent({ models }: Pick<StudioParts, 'models'>, { model }: StudioAsk): MaskSentAs {
  const takesMask = models.find(model)?.mask ?? PROVIDER_TRAITS[model.provider].takesMask;
  return takesMask ? 'mask' : 'markedUp';
}

interface ImagesInput {
  readonly inputs: readonly GatheredInput[];
  readonly subject: GatheredInput | undefined;
  readonly mask: StoredFile | undefined;
  /** As large as what is sent of the subject. */
  readonly maskFile: string | undefined;
  readonly maskSentAs: MaskSentAs | undefined;
}

/** In the order they are sent: a mask belongs to the first picture, and its marked copy is the second. */
async function imagesOf(
  parts: StudioParts,
  { inputs, subject, mask, maskFile, maskSentAs }: ImagesInput,
): Promise<readonly (SpokenImage & { readonly path: string })[]> {
  const plain = inputs.map(({ role, sent }) => ({ role, path: sent }));
  if (subject === undefined || mask === undefined || maskFile === undefined) {
    return plain;
  }
  const others = inputs.filter((input) => input !== subject).map(({ role, sent }) => ({ role, path: sent }));
  const first = { role: 'subject' as const, path: subject.sent };
  if (maskSentAs === 'mask') {
    return [first, ...others];
  }
  const path = await markedUp(parts, {
    subject,
    mask: maskFile,
    maskSha256: mask.sha256,
  });
  return [first, { role: 'marked', path }, ...others];
}

function recipeOf(ask: StudioAsk, imageColumns: string[], maskSentAs: MaskSentAs | undefined): Recipe {
  return {
    task: imageColumns.length === 0 ? 't2i' : 'edit',
    models: [ask.model],
    instruction: `{{${INSTRUCTION_FIELD}}}`,
    imageColumns,
    ...(maskSentAs === 'mask' ? { maskColumn: MASK_FIELD } : {}),
    ...givenSettings(ask),
    variants: ask.variants,
  };
}

type Settings = Pick<Recipe, 'aspectRatio' | 'imageSize' | 'quality' | 'partialImages'>;

/** A blank one is the model's own choice. */
function givenSettings({ aspectRatio, imageSize, quality, partialImages }: StudioAsk): Settings {
  return {
    ...(aspectRatio ? { aspectRatio } : {}),
    ...(imageSize ? { imageSize } : {}),
    ...(quality ? { quality } : {}),
    ...(partialImages === undefined ? {} : { partialImages }),
  };
}

/** The subject's tree, else the one that was named, else a new one. */
async function treeOf(
  { store }: StudioParts,
  { treeId }: SendRequest,
  { ask, subject }: RequestDraft,
): Promise<number> {
  const wanted = subject?.node.treeId ?? treeId;
  if (wanted === null) {
    return (await store.addStudioTree(shortened(ask.instruction, 60))).id;
  }
  const tree = await store.studioTree(wanted);
  if (tree === null || tree.isRemoved) {
    throw new Refusal('NOT_FOUND', 'That tree is no longer in the library: start a new one.');
  }
  return tree.id;
}

async function createRun(parts: StudioParts, treeId: number, draft: RequestDraft): Promise<StoredRun> {
  const { store, folder } = parts;
  const { ask, recipe, fields } = draft;
  const name = shortened(ask.instruction, 60);
  const dataset = await store.createDataset({ name, format: 'images', sourcePath: null, baseDir: folder });
  await store.addRows(dataset.id, [{ row: 0, index: 0, fields }]);
  await store.finishDataset(dataset.id, Object.keys(fields), []);
  const outputDir = join(folder, String(treeId), requestName(parts.clock.wallNow()));
  await usableFolder(outputDir);
  return store.createRun({
    name,
    datasetId: dataset.id,
    recipe,
    options: requestOptions(parts),
    outputDir,
    origin: 'studio',
  });
}

/** Sorts by time, and no two are alike. */
function requestName(wall: number): string {
  const stamp = new Date(wall).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${randomUUID().slice(0, 8)}`;
}

function requestOptions({ settings }: StudioParts): RunOptions {
  const { workers, maxRetries, retryDelayMs } = settings();
  return {
    filterRows: '',
    // All variants at once: somebody is waiting for them.
    concurrency: MOST_VARIANTS,
    workers: Math.min(workers, availableParallelism()),
    maxRetries,
    retryDelayMs,
    allowPrivateUrls: false,
    priority: 'high',
  };
}

async function addNodes(
  { store }: StudioParts,
  { treeId, run, draft }: { treeId: number; run: StoredRun; draft: RequestDraft },
): Promise<readonly number[]> {
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: MOST_VARIANTS });
  const { ask, mask, maskSentAs, notes, subject } = draft;
  return store.addStudioNodes(
    jobs.map(({ id: jobId, variant }) => ({
      treeId,
      parentId: subject?.node.id ?? null,
      name: '',
      jobId,
      origin: {
        kind: 'result',
        ask,
        variant,
        ...(mask === undefined ? {} : { mask, maskSentAs }),
        ...(notes.length === 0 ? {} : { sentNotes: notes }),
      },
    })),
  );
}
