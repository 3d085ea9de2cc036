/** What the Text screen does: single requests, answers of runs, and what is made of them. */
import { join } from 'node:path';
import type { AskedText, SchemaProblem, TextEvent, TextRequest } from '@shared/contract/text';
import { isDemoModel } from '@shared/demo';
import type { FailureKind } from '@shared/model/failure';
import type { Dataset, ModelChoice, Run, RunOptions } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import type { Story } from '@shared/story';
import { Refusal } from '../../refusal';
import { schemaProblems } from '../planning/schema-problems';
import { addAnswers } from './add-answers';
import { answerRowOf, answerRows } from './answer-rows';
import { ask } from './ask';
import { askedText } from './asked-text';
import { improve } from './improve';
import { judge } from './judge';
import { seenDataset } from './made-dataset';
import { storyOf, storyPictures } from './story';
import type { TextDesk, TextParts, TextShell } from './text-parts';

export type { TextShell } from './text-parts';

/** What single requests are called among the sessions. */
const SESSION = 'Text';
const AT_ONCE = 8;

type Patch<T> = { readonly [K in keyof T]?: T[K] | undefined };

interface Page {
  readonly offset: number;
  readonly limit: number;
}

interface AnswerPage {
  total: number;
  answers: AnswerRow[];
}

export interface Texts {
  ask(request: TextRequest, shell: TextShell, signal?: AbortSignal): AsyncGenerator<TextEvent>;
  history(query: Page & { readonly search: string }): Promise<AnswerPage>;
  asked(jobId: number): Promise<AskedText>;
  forget(jobIds: readonly number[]): Promise<void>;
  recall(jobIds: readonly number[]): Promise<void>;
  checkSchema(schema: string): SchemaProblem[];
  answers(
    query: Page & {
      readonly runId: number;
      readonly state?: 'done' | 'failed' | undefined;
      readonly failureKind?: FailureKind | undefined;
    },
  ): Promise<AnswerPage>;
  answer(jobId: number): Promise<AnswerRow>;
  improve(request: {
    readonly instruction: string;
    readonly model: ModelChoice;
    readonly jobId?: number | undefined;
  }): Promise<{ instruction: string }>;
  describe(
    request: {
      readonly datasetId: number;
      readonly model: ModelChoice;
      readonly prompt: string;
      readonly options: Patch<RunOptions>;
    },
    shell: Pick<TextShell, 'start'>,
  ): Promise<Run>;
  addAnswers(runId: number, column: string): Promise<Dataset>;
  judge(
    request: { readonly runId: number; readonly model: ModelChoice; readonly options: Patch<RunOptions> },
    shell: Pick<TextShell, 'start'>,
  ): Promise<Run>;
  story(jobId: number): Promise<Story>;
  storyPictures(
    request: {
      readonly jobId: number;
      readonly model: ModelChoice;
      readonly aspectRatio?: string | undefined;
      readonly imageSize?: string | undefined;
      readonly which: readonly ('cover' | 'characters' | 'scenes')[];
    },
    shell: Pick<TextShell, 'start'>,
  ): Promise<Run>;
}

export function createTexts(parts: TextParts): Texts {
  const { store } = parts;
  let opening: Promise<TextDesk> | null = null;

  /** Opened when it is first needed, and again where that failed. */
  function desk(): Promise<TextDesk> {
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function open(): Promise<TextDesk> {
    const session = await parts.sessions.open({
      name: SESSION,
      concurrency: AT_ONCE,
      maxRetries: parts.settings().maxRetries,
    });
    const run = await store.run(session.runId);
    return { session, folder: join(run?.outputDir ?? '', 'attachments') };
  }

  async function demoOf(model: ModelChoice): Promise<void> {
    if (isDemoModel(model)) {
      await parts.ensureDemo();
    }
  }

  return {
    async *ask(request, shell, signal) {
      yield* ask(parts, await desk(), { request, shell, signal });
    },
    async history(query) {
      const { session } = await desk();
      const { total, jobIds } = await store.historyPage({ ...query, runId: session.runId });
      return { total, answers: await Promise.all(jobIds.map((jobId) => answerRowOf(store, jobId))) };
    },
    asked: async (jobId) => askedText(store, await desk(), jobId),
    forget: (jobIds) => store.setForgotten(jobIds, true),
    recall: (jobIds) => store.setForgotten(jobIds, false),
    checkSchema: schemaProblems,
    async answers({ runId, offset, limit, state, failureKind }) {
      const run = await store.run(runId);
      if (run === null) {
        throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
      }
      const { total, jobs } = await store.jobs({
        runId,
        offset,
        limit,
        ...(state === undefined ? {} : { state }),
        ...(failureKind === undefined ? {} : { failureKind }),
      });
      return { total, answers: await answerRows(store, run, jobs) };
    },
    answer: (jobId) => answerRowOf(store, jobId),
    improve: async (request) => improve(parts, await desk(), request),
    async describe({ datasetId, model, prompt, options }, shell) {
      await demoOf(model);
      return shell.start({
        datasetId,
        recipe: {
          task: 'text',
          models: [model],
          instruction: prompt,
          imageColumns: [],
          variants: 1,
          text: { system: '', generation: {}, answer: { kind: 'text' } },
        },
        options,
      });
    },
    addAnswers: async (runId, column) => seenDataset(await addAnswers(store, runId, column)),
    async judge(request, shell) {
      await demoOf(request.model);
      return judge(parts, request, shell);
    },
    story: (jobId) => storyOf(store, jobId),
    async storyPictures(request, shell) {
      await demoOf(request.model);
      return storyPictures(store, request, shell);
    },
  };
}
