/**
 * A chain of edits over a dataset's rows: each step is a run, and its results are the pictures of the next. Rows that
 * failed stay out of it. A chain survives restarts: it goes on when the run of its present step finishes.
 */
import { z } from 'zod';
import { detectImageColumns } from '@shared/columns';
import type { Recipe, Run, RunState } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { StoredDataset, StoredRun } from '../../store/store';
import type { StoredChain } from '../../store/studio/studio-store';
import { freshFolderIn, servingBlockers } from '../runs/run-request';
import { startMade } from '../runs/start-made';
import { usableFolder } from '../folders/output-folder';
import { firstRows, INSTRUCTION_COLUMN, nextRows, referenceColumn, RESULT_COLUMN } from './chain-rows';
import { type ChainStep, chainStepSchema, chainTo } from './chain-steps';
import type { StudioParts } from './parts';

const chainSchema = z.object({
  name: z.string(),
  steps: z.array(chainStepSchema),
  /** Of the rows' own pictures. */
  imageColumn: z.string(),
  /** Each step's run has a folder of its own below it. */
  outputDir: z.string(),
  /** Counted from 0. */
  step: z.number().int(),
  /** Its run, and the dataset it goes over. */
  runId: z.number().int(),
  datasetId: z.number().int(),
  /** Folders whose images the steps' datasets may name. */
  roots: z.record(z.string(), z.array(z.string())),
});
type Chain = Readonly<z.infer<typeof chainSchema>>;

interface OpenChain {
  readonly stored: StoredChain;
  readonly chain: Chain;
}

interface NextStep {
  readonly at: number;
  readonly step: ChainStep;
  /** The run of the step before. */
  readonly before: StoredRun;
}

export interface ChainRequest {
  readonly nodeId: number;
  readonly datasetId: number;
  /** Absent: the first that holds images. */
  readonly imageColumn?: string | undefined;
  readonly name?: string | undefined;
  /** Absolute: where its runs' folders are made. */
  readonly outputDir: string;
}

export interface Chains {
  /** Answers the run of the first step. Throws a Refusal for a chain or dataset that cannot be used. */
  apply(request: ChainRequest): Promise<Run>;
  /** A run has ended or paused. */
  onRunOver(runId: number, state: RunState): void;
  /** What an earlier session left. Once, before anything is sent. */
  load(): Promise<void>;
  /** Goes on where the run of a step had finished, and the program ended before the next began. */
  catchUp(): Promise<void>;
  /** Resolves when no step is being made. */
  idle(): Promise<void>;
  /** No step begins any more: the next session goes on. */
  close(): Promise<void>;
}

export function createChains(parts: StudioParts): Chains {
  const open = new Map<number, OpenChain>();
  const busy = new Set<Promise<void>>();
  let isClosed = false;
  /** One run is made at a time: two of a name would be given one folder, and the later would hide the earlier. */
  let making: Promise<unknown> = Promise.resolve();

  function inTurn<T>(make: () => Promise<T>): Promise<T> {
    const made = making.catch(() => undefined).then(make);
    making = made;
    return made;
  }

  /** A folder that no run has, but for one that a process left before its chain knew of it: that is made anew. */
  async function stepFolder(base: string, name: string): Promise<string> {
    for (let n = 1; ; n += 1) {
      const folder = await freshFolderIn(base, n === 1 ? name : `${name} (${n})`);
      const run = await parts.store.runAt(folder);
      if (run === null || (run.state.kind === 'planned' && !open.has(run.id))) {
        return folder;
      }
    }
  }

  function onRunOver(runId: number, state: RunState): void {
    const known = open.get(runId);
    if (known === undefined || state.kind !== 'finished' || isClosed) {
      return;
    }
    open.delete(runId);
    const work = goOn(known)
      .catch((error: unknown) => parts.log.error('studio', `a chain could not go on: ${String(error)}`))
      .finally(() => busy.delete(work));
    busy.add(work);
  }

  async function goOn({ stored, chain }: OpenChain): Promise<void> {
    const at = chain.step + 1;
    const step = chain.steps[at];
    const before = await parts.store.run(chain.runId);
    // Who cancelled a step wants no more of it.
    const isWanted = before !== null && before.counts.cancelled === 0 && before.counts.done > 0;
    if (!isWanted || step === undefined) {
      await parts.store.setChain({ ...stored, isOver: true });
      return;
    }
    // Who started the chain pays for all of it: where its token was revoked by now, the step's run stands still.
    await parts.asPayer(before.options.payer, () => nextStep({ stored, chain }, { at, step, before }));
  }

  async function nextStep({ stored, chain }: OpenChain, { at, step, before }: NextStep): Promise<void> {
    const rows = await parts.wholeDataset(chain.datasetId);
    const name = stepName(chain.name, at, chain.steps.length);
    const { dataset, roots } = await nextRows(parts, rows, { name, step, before });
    const made = await inTurn(async () => {
      const next = {
        ...chain,
        step: at,
        datasetId: dataset.id,
        roots: { ...chain.roots, [dataset.id]: [...roots] },
      };
      const run = await createStepRun(parts, next, {
        dataset,
        outputDir: await stepFolder(chain.outputDir, dataset.name),
      });
      await save(stored, { ...next, runId: run.id });
      return run;
    });
    await startStep(parts, made);
  }

  async function save(stored: StoredChain, chain: Chain): Promise<void> {
    const value = { ...stored, value: JSON.stringify(chain) };
    await parts.store.setChain(value);
    open.set(chain.runId, { stored: value, chain });
  }

  async function idle(): Promise<void> {
    while (busy.size > 0) {
      await Promise.all(busy);
    }
  }

  return {
    async apply(request) {
      const first = await firstStep(parts, request);
      const made = await inTurn(async () => {
        const { dataset } = first;
        const outputDir = await stepFolder(first.chain.outputDir, dataset.name);
        const run = await createStepRun(parts, first.chain, { dataset, outputDir });
        const chain = { ...first.chain, runId: run.id };
        const stored = await parts.store.addChain(JSON.stringify(chain));
        open.set(run.id, { stored, chain });
        return run;
      });
      return startStep(parts, made);
    },
    onRunOver,
    async load() {
      for (const stored of await parts.store.openChains()) {
        const parsed = chainSchema.safeParse(JSON.parse(stored.value));
        if (!parsed.success) {
          parts.log.warning('studio', `chain ${stored.id} cannot be read and is left out`);
          continue;
        }
        const chain = parsed.data;
        for (const [datasetId, roots] of Object.entries(chain.roots)) {
          parts.allow(Number(datasetId), roots);
        }
        open.set(chain.runId, { stored, chain });
      }
    },
    async catchUp() {
      for (const runId of open.keys()) {
        const run = await parts.store.run(runId);
        if (run?.state.kind === 'finished') {
          onRunOver(runId, run.state);
        }
      }
    },
    idle,
    async close() {
      isClosed = true;
      await idle();
    },
  };
}

async function firstStep(
  parts: StudioParts,
  request: ChainRequest,
): Promise<{ readonly chain: Chain; readonly dataset: StoredDataset }> {
  const steps = await chainTo(parts, request.nodeId);
  for (const step of steps) {
    const recipe = stepRecipe(step, '');
    const [unserved] = servingBlockers(parts.endpoints(), { recipe, options: {} });
    const blocker = unserved ?? parts.unpriced(step.model, recipe);
    if (blocker !== null) {
      throw new Refusal('BAD_INPUT', blocker);
    }
  }
  const rows = await parts.wholeDataset(request.datasetId);
  const imageColumn = request.imageColumn ?? detectImageColumns(rows.columns)[0];
  if (imageColumn === undefined || !rows.columns.includes(imageColumn)) {
    throw new Refusal(
      'BAD_INPUT',
      `${rows.name} has no column of images for the edits: choose one, or another dataset.`,
      'imageColumn',
    );
  }
  const name = request.name?.trim() || `${rows.name.replace(/\.[^.]+$/, '')} edited`;
  const [step] = steps;
  if (step === undefined) {
    throw new Error('A chain has a step.');
  }
  const { dataset, roots } = await firstRows(parts, rows, {
    name: stepName(name, 0, steps.length),
    step,
  });
  return {
    dataset,
    chain: {
      name,
      steps: [...steps],
      imageColumn,
      outputDir: request.outputDir,
      step: 0,
      runId: 0,
      datasetId: dataset.id,
      roots: { [dataset.id]: [...roots] },
    },
  };
}

function stepName(name: string, step: number, steps: number): string {
  return steps === 1 ? name : `${name} - step ${step + 1} of ${steps}`;
}

async function createStepRun(
  { store, settings }: StudioParts,
  chain: Chain,
  { dataset, outputDir }: { readonly dataset: StoredDataset; readonly outputDir: string },
): Promise<StoredRun> {
  const step = chain.steps[chain.step];
  if (step === undefined) {
    throw new Error(`A chain of ${chain.steps.length} steps has no step ${chain.step}.`);
  }
  await usableFolder(outputDir);
  const { concurrency, workers, maxRetries, retryDelayMs, allowPrivateUrls } = settings();
  return store.createRun({
    name: dataset.name,
    datasetId: dataset.id,
    recipe: stepRecipe(step, chain.step === 0 ? chain.imageColumn : RESULT_COLUMN),
    options: {
      filterRows: '',
      concurrency,
      workers,
      maxRetries,
      retryDelayMs,
      allowPrivateUrls,
    },
    outputDir,
  });
}

function stepRecipe(step: ChainStep, imageColumn: string): Recipe {
  const { aspectRatio, imageSize, quality } = step;
  return {
    task: 'edit',
    models: [step.model],
    instruction: `{{${INSTRUCTION_COLUMN}}}`,
    imageColumns: step.images.map(({ file }, at) => (file === null ? imageColumn : referenceColumn(at))),
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(quality === undefined ? {} : { quality }),
    variants: 1,
  };
}

function startStep(parts: StudioParts, run: StoredRun): Promise<Run> {
  return startMade(parts.runs, () => run);
}
