/** Sessions of a real app over a real socket: a scripted Gemini server, which keeps what it was sent. */
import { join } from 'node:path';
import type { Recipe, Run } from '@shared/model/run';
import type { TextAsk } from '@shared/model/text';
import {
  json,
  type ReceivedRequest,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../../providers/testing/scripted-server';
import { setUpRun } from '../../runs/run-setup';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../../testing/test-library';
import type { Session, SessionAnswer, SessionOptions } from '../session';

export const TALKER = { provider: 'google_genai', model: 'talker' } as const;

/** Asks it each prompt as it stands. */
export const TALK: Recipe = {
  task: 'text',
  models: [TALKER],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
  text: { system: '', generation: {}, answer: { kind: 'text' } },
};

export interface SessionScene {
  readonly server: ScriptedServer;
  readonly library: TestLibrary;
  open(options?: Partial<SessionOptions>): Promise<Session>;
  /** Of a session's run. */
  counts(runId: number): Promise<Run['counts']>;
  /** Of the requests that arrived, in their order. */
  prompts(): readonly string[];
  /** Answers wait until they are let go. */
  hold(): Held;
  remove(): Promise<void>;
}

export interface Held {
  /** Prompts of those that wait. */
  waiting(): readonly string[];
  /** Also those that come later. */
  release(): void;
}

/** Every request is answered `You said: …` unless the test says otherwise. */
export async function openSessionScene(
  keys: readonly string[] = ['AIza-first-key-0001'],
): Promise<SessionScene> {
  const [server, library] = await Promise.all([startScriptedServer(), openTestLibrary()]);
  server.reply(said);
  await library.app.fleet.save(testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: server.url }));
  await addTestKeys(library.app, 'g', ...keys);
  await library.app.saveSettings({ retryDelayMs: 1 });
  return {
    server,
    library,
    open: (options = {}) =>
      library.app.sessions.open({ name: 'tests', concurrency: 4, maxRetries: 0, ...options }),
    counts: async (runId) => (await library.app.runs.found(runId)).counts,
    prompts: () => server.requests.map(promptOf),
    hold: () => holdAt(server),
    async remove() {
      await library.remove();
      await server.close();
    },
  };
}

export function said(request: ReceivedRequest): Script {
  return spoken(`You said: ${promptOf(request)}`);
}

export function spoken(text: string): Script {
  return json({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
  });
}

export function refused(status: number, code: string, message: string): Script {
  return json({ error: { code: status, status: code, message } }, status);
}

export function promptOf({ body }: ReceivedRequest): string {
  const { contents } = JSON.parse(body.toString()) as {
    contents: readonly { readonly parts: readonly { readonly text?: string }[] }[];
  };
  return (contents.at(-1)?.parts ?? []).map(({ text = '' }) => text).join('');
}

/** Starts a run that asks these in this order, beside the sessions; answers when it is under way. */
export async function startTexts({ folder, app }: TestLibrary, prompts: readonly string[]): Promise<Run> {
  const { run, planned } = await setUpRun(app.store, {
    name: 'words',
    dataset: await app.importer.prompts('words', [...prompts]),
    recipe: TALK,
    options: ONE_AT_A_TIME,
    outputDir: join(folder, 'out'),
    mode: 'anew',
  });
  return app.runs.start(run, { planned });
}

/** Its answers wait until they are let go. */
export function holdAt(server: ScriptedServer): Held {
  const held = new Map<string, () => void>();
  server.reply(
    (request) =>
      new Promise((resolve) => {
        held.set(promptOf(request), () => resolve(said(request)));
      }),
  );
  return {
    waiting: () => [...held.keys()],
    release() {
      server.reply(said);
      held.forEach((go) => go());
      held.clear();
    },
  };
}

export function ask(prompt: string, given: Partial<TextAsk> = {}): TextAsk {
  return {
    kind: 'text',
    model: TALKER,
    system: '',
    messages: [{ role: 'user', parts: [{ kind: 'text', text: prompt }] }],
    generation: {},
    answer: { kind: 'text' },
    ...given,
  };
}

export function textOf(answer: SessionAnswer): string {
  if (answer.kind !== 'text') {
    throw new Error(`There is no text: ${JSON.stringify(answer)}`);
  }
  return answer.answer.text;
}
