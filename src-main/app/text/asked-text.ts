/** How a single request was asked: what the composer is given to ask it again. */
import { stat } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import type { AskedText } from '@shared/contract/text';
import { type MediaFile, placeMedia } from '@shared/media-parts';
import type { Message, MessagePart, TextAsk } from '@shared/model/text';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { textAskIn } from './answer-rows';
import type { TextDesk } from './text-parts';

type AskStore = Pick<Store, 'jobsById' | 'run' | 'rowsAt'>;
type MediaPart = Extract<MessagePart, { kind: 'media' }>;

/** Null: it is not in the library, or no request for text. */
export async function askedBefore(store: AskStore, jobId: number): Promise<TextAsk | null> {
  const [job] = await store.jobsById([jobId]);
  const run = job === undefined ? null : await store.run(job.runId);
  const [row] = job === undefined || run === null ? [] : await store.rowsAt(run.datasetId, [job.row]);
  return row === undefined ? null : textAskIn(row.fields);
}

export async function askedText(
  store: AskStore,
  { folder }: Pick<TextDesk, 'folder'>,
  jobId: number,
): Promise<AskedText> {
  const ask = await askedBefore(store, jobId);
  if (ask === null) {
    throw new Refusal('NOT_FOUND', 'How this was asked is no longer in the library; ask again.');
  }
  const { model, system, generation, answer, messages } = ask;
  const files = await Promise.all(
    mediaIn(messages.at(-1)).map(async ({ medium, reference }, place) => ({
      place,
      medium,
      name: basename(reference),
      sizeBytes: isKept(reference, folder) ? ((await stat(reference).catch(() => null))?.size ?? null) : null,
    })),
  );
  const before =
    messages.length > 1
      ? messages.findLast(({ role }, at) => role === 'user' && at < messages.length - 1)
      : undefined;
  return {
    model,
    system,
    generation,
    answer,
    prompt: promptOf(messages.at(-1)),
    files,
    continues: before === undefined ? null : promptOf(before),
  };
}

/** A file of that request, as it was kept; nothing else that a request may name. */
export async function askedFile(
  store: AskStore,
  { jobId, place }: { readonly jobId: number; readonly place: number },
  folder: string,
): Promise<MediaFile> {
  const ask = await askedBefore(store, jobId);
  const part = mediaIn(ask?.messages.at(-1))[place];
  const isThere =
    part !== undefined &&
    isKept(part.reference, folder) &&
    (await stat(part.reference).catch(() => null)) !== null;
  if (part === undefined || !isThere) {
    throw new Refusal('NOT_FOUND', 'A file of that request is no longer kept; attach it again.');
  }
  return fileOf(part);
}

function fileOf({ medium, reference, mimeType, video }: MediaPart): MediaFile {
  return {
    medium,
    reference,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(video === undefined ? {} : { video }),
  };
}

function isKept(reference: string, folder: string): boolean {
  return reference.startsWith(`${folder}${sep}`) && !reference.slice(folder.length + 1).includes(sep);
}

function mediaIn(message: Message | undefined): readonly MediaPart[] {
  return (message?.parts ?? []).filter((part) => part.kind === 'media');
}

/** As it was written; with a token for each file, where their places tell more than the usual order does. */
function promptOf(message: Message | undefined): string {
  const parts = message?.parts ?? [];
  const words = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('');
  const usual = placeMedia(words, mediaIn(message).map(fileOf));
  return usual.kind === 'ok' && JSON.stringify(usual.parts) === JSON.stringify(parts)
    ? words
    : parts.map((part) => (part.kind === 'text' ? part.text : `<${part.medium}>`)).join('');
}
