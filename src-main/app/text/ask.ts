/** A single request: what it asks for, and how its answer is told while it grows. */
import type { TextEvent, TextRequest } from '@shared/contract/text';
import { isDemoModel } from '@shared/demo';
import { placeMedia } from '@shared/media-parts';
import type { AnswerRow, Message, TextAsk } from '@shared/model/text';
import { Refusal } from '../../refusal';
import { schemaProblems } from '../planning/schema-problems';
import type { SessionAnswer } from '../sessions/session';
import { answerRowOf } from './answer-rows';
import { askedBefore } from './asked-text';
import { keepAttachment } from './keep-attachment';
import type { TextDesk, TextParts, TextShell } from './text-parts';

/** The job of a request that never came to the library. */
const NOT_TAKEN = 0;

export async function* ask(
  parts: TextParts,
  desk: TextDesk,
  { request, shell, signal }: { request: TextRequest; shell: TextShell; signal: AbortSignal | undefined },
): AsyncGenerator<TextEvent> {
  if (isDemoModel(request.model)) {
    await parts.ensureDemo();
  }
  const asked = await askOf(parts, desk, { request, shell });
  const news = createNews();
  const leaving = new AbortController();
  const isLeft = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const answer = desk.session.submit(asked, {
    signal: isLeft,
    onJob: (jobId) => news.tell({ kind: 'asked', jobId }),
    onDelta: (text) => news.tell({ kind: 'delta', text }),
    onAgain: (why) => news.tell({ kind: 'again', why }),
  });
  answer
    .then(async (end) => {
      if (end.kind === 'failed' && end.jobId === NOT_TAKEN) {
        throw new Refusal('BAD_INPUT', end.failure.message);
      }
      if (!isLeft.aborted) {
        news.tell({ kind: 'over', answer: withEnd(await answerRowOf(parts.store, end.jobId), end) });
      }
    })
    .then(news.end, news.fail);
  isLeft.addEventListener('abort', news.end);
  try {
    yield* news.events();
  } finally {
    leaving.abort();
  }
}

/** Why a job was never sent: only who asked is told. */
function withEnd(row: AnswerRow, end: SessionAnswer): AnswerRow {
  return end.kind === 'failed' ? { ...row, failure: row.failure ?? end.failure } : row;
}

async function askOf(
  parts: TextParts,
  { folder }: TextDesk,
  { request, shell }: { request: TextRequest; shell: TextShell },
): Promise<TextAsk> {
  const { model, system, generation, answer } = request;
  if (request.prompt.trim() === '' && request.attachments.length === 0) {
    throw new Refusal('BAD_INPUT', 'Write a prompt first.', 'prompt');
  }
  const [problem] = answer.kind === 'json' ? schemaProblems(answer.schema) : [];
  if (problem !== undefined) {
    throw new Refusal('BAD_INPUT', problem.message, 'schema');
  }
  const files = [];
  for (const attachment of request.attachments) {
    files.push(await keepAttachment(parts, attachment, { shell, folder }));
  }
  const placed = placeMedia(request.prompt, files);
  if (placed.kind === 'refused') {
    throw new Refusal('BAD_INPUT', placed.sentence, 'prompt');
  }
  const before = await saidBefore(parts, request);
  const messages: Message[] = [...before, { role: 'user', parts: [...placed.parts] }];
  return { kind: 'text', model, system, messages, generation, answer };
}

async function saidBefore(
  { store }: Pick<TextParts, 'store'>,
  { after, before }: TextRequest,
): Promise<readonly Message[]> {
  if (after === undefined) {
    const asked = before === undefined ? null : await askedBefore(store, before);
    if (before !== undefined && asked === null) {
      throw new Refusal('NOT_FOUND', 'What was said before this is no longer in the library; ask again.');
    }
    return asked?.messages.slice(0, -1) ?? [];
  }
  const [asked, answer] = await Promise.all([askedBefore(store, after), store.answerOf(after)]);
  if (asked === null || answer === null) {
    throw new Refusal('NOT_FOUND', 'The answer to continue from is no longer there; ask again.');
  }
  return [...asked.messages, { role: 'model', parts: [{ kind: 'text', text: answer.text }] }];
}

/** Events in their order, for one who listens. */
function createNews() {
  const waiting: TextEvent[] = [];
  let wake: () => void = () => undefined;
  let end: { readonly error?: unknown } | null = null;

  function settle(how: { readonly error?: unknown }): void {
    end ??= how;
    wake();
  }

  return {
    tell(event: TextEvent): void {
      const last = waiting.at(-1);
      if (event.kind === 'delta' && last?.kind === 'delta') {
        // Whoever is slow hears more at once.
        waiting.splice(-1, 1, { kind: 'delta', text: last.text + event.text });
      } else {
        waiting.push(event);
      }
      wake();
    },
    end: () => settle({}),
    fail: (error: unknown) => settle({ error }),
    async *events(): AsyncGenerator<TextEvent> {
      for (;;) {
        const event = waiting.shift();
        if (event !== undefined) {
          yield event;
          continue;
        }
        if (end !== null) {
          if ('error' in end) {
            throw end.error;
          }
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
