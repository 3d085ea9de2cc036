/** Items of a program as requests of a session, each with its result. */
import { resolve } from 'node:path';
import { mediumSchema } from '@shared/model/text';
import { keepBytes, type KeptItem, oddBytes } from './item-bytes';
import { askOfItem, type ItemAsk } from './item-ask';
import { refusedResult, resultOf } from './item-result';
import type { Membership } from './membership';
import type { AskOptions, ProgramSession } from './program';
import type { BrushfleetOptions, ItemResult, PromptItem } from './types';

/** An item that can be sent, or its result where it cannot. */
export interface ReadyItem {
  readonly metadata: ItemResult['metadata'];
  readonly ask: ItemAsk;
  forget: KeptItem['forget'];
}

export async function readyItem(
  item: PromptItem,
  { callersDir, model }: Pick<Membership, 'callersDir' | 'model'>,
  options: BrushfleetOptions,
): Promise<ReadyItem> {
  const problem = problemOf(item);
  if (problem !== null) {
    return {
      metadata: item?.metadata ?? {},
      ask: { kind: 'refused', sentence: problem },
      forget: async () => undefined,
    };
  }
  const kept = await keepBytes(withWholePaths(item), callersDir);
  const ask = askOfItem(kept.item, { ...options, model });
  return { metadata: item.metadata ?? {}, ask, forget: kept.forget };
}

/** As its program means them: whoever sends them may work in another folder. */
function withWholePaths(item: PromptItem): PromptItem {
  const paths = mediumSchema.options.flatMap((medium) => {
    const given = item[`${medium}_path`];
    return given === undefined || given === null
      ? []
      : [
          [
            `${medium}_path`,
            [given].flat().map((path) => (isPlainPath(path) ? resolve(path) : path)),
          ] as const,
        ];
  });
  return { ...item, ...Object.fromEntries(paths) };
}

/** No address, no data URL, and nothing that is refused by its own sentence. */
function isPlainPath(path: unknown): path is string {
  return typeof path === 'string' && path.trim() !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(path);
}

/** Programs without types give anything. */
function problemOf(item: PromptItem | null | undefined): string | null {
  if (typeof item !== 'object' || item === null) {
    return 'An item is an object with a prompt.';
  }
  const odd = oddBytes(item);
  return odd === undefined ? null : `${odd}_bytes of an item is neither bytes nor base64 text.`;
}

/** Asks all in one turn; what is known of each at its place. */
export function askItems(
  session: Pick<ProgramSession, 'submitAll'>,
  items: readonly ReadyItem[],
  how: AskOptions = {},
): readonly Promise<ItemResult>[] {
  const asked = items.flatMap((item) => (item.ask.kind === 'ok' ? [{ item, ask: item.ask.ask }] : []));
  const answers = session.submitAll(
    asked.map(({ ask }) => ask),
    asked.map(() => how),
  );
  const answerTo = new Map(asked.map(({ item }, at) => [item, answers[at]]));
  return items.map(async (item) => {
    const { ask, metadata, forget } = item;
    if (ask.kind === 'refused') {
      await forget();
      return refusedResult(ask.sentence, metadata);
    }
    const answer = answerTo.get(item);
    try {
      return resultOf(await (answer as NonNullable<typeof answer>), metadata, ask.ask.answer.kind !== 'text');
    } finally {
      await forget();
    }
  });
}
