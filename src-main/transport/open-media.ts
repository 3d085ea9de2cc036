/** The messages of a text order with their media opened: what goes along in the request, and what its provider holds. */
import type { Failure } from '@shared/model/failure';
import type { MessagePart, VideoMetadata } from '@shared/model/text';
import { parseUrl } from '../images/bad-input';
import type { OpenedInput } from '../images/load-input';
import type { MediaClaim } from '../images/media-type';
import type { InputImage, TextMessage, TextPart } from '../providers/adapter';
import type { InputRules, TextOrder } from './order';

type MediaPart = Extract<MessagePart, { kind: 'media' }>;

/** One that is opened, with its place among the parts. */
export interface OpenedMedia {
  readonly part: MediaPart;
  readonly input: InputImage;
  readonly file?: { readonly path: string; readonly sizeBytes: number; readonly modifiedMs: number };
}

export interface OpenedMessages {
  readonly kind: 'ok';
  /** Without those that the provider fetches itself. */
  readonly media: readonly OpenedMedia[];
  /** `held`: those that do not go along in the request. */
  messages(
    held: ReadonlyMap<OpenedMedia, { readonly uri: string; readonly mimeType: string }>,
  ): readonly TextMessage[];
  close(): Promise<void>;
}

export type OpenMedia = (reference: string, claim: MediaClaim, rules: InputRules) => Promise<OpenedInput>;

/** Addresses that Google fetches itself (ai.google.dev/gemini-api/docs/video-understanding: YouTube URLs). */
const VIDEO_HOSTS = new Set(['youtube.com', 'www.youtube.com', 'm.youtube.com', 'youtu.be']);

export async function openMessages(
  order: TextOrder,
  open: OpenMedia,
): Promise<OpenedMessages | { readonly kind: 'failed'; readonly failure: Failure }> {
  const parts = order.messages
    .flatMap(({ parts: all }) => all)
    .filter((part): part is MediaPart => part.kind === 'media' && !isFetchedByProvider(part, order));
  const opened = await Promise.all(
    parts.map((part) => open(part.reference, { medium: part.medium, mimeType: part.mimeType }, order.input)),
  );
  const close = async (): Promise<void> => {
    // No answer is worth less because a file that was read could not be closed.
    await Promise.allSettled(opened.flatMap((one) => (one.kind === 'ok' ? [one.close()] : [])));
  };
  const refused = opened.find((one) => one.kind === 'failed');
  if (refused !== undefined) {
    await close();
    return refused;
  }
  const media = parts.flatMap((part, at) => {
    const one = opened[at];
    return one?.kind === 'ok'
      ? [{ part, input: one.image, ...(one.file === undefined ? {} : { file: one.file }) }]
      : [];
  });
  const byPart = new Map(media.map((one) => [one.part, one]));
  return {
    kind: 'ok',
    media,
    messages: (held) =>
      order.messages.map(({ role, parts: all }) => ({
        role,
        parts: all.map((part): TextPart => {
          const one = part.kind === 'media' ? byPart.get(part) : undefined;
          return one === undefined ? plainPart(part) : (heldPart(one, held) ?? mediaPart(one));
        }),
      })),
    close,
  };
}

function isFetchedByProvider({ medium, reference }: MediaPart, { endpoint }: TextOrder): boolean {
  return (
    endpoint.provider === 'google_genai' &&
    medium === 'video' &&
    /^https?:/i.test(reference.trim()) &&
    VIDEO_HOSTS.has(parseUrl(reference.trim())?.hostname ?? '')
  );
}

function plainPart(part: MessagePart): TextPart {
  if (part.kind === 'text') {
    return part;
  }
  const { medium, reference, mimeType = 'video/mp4', video } = part;
  return { kind: 'held', medium, uri: reference.trim(), mimeType, ...videoOf(video) };
}

function heldPart(
  one: OpenedMedia,
  held: ReadonlyMap<OpenedMedia, { readonly uri: string; readonly mimeType: string }>,
): TextPart | undefined {
  const file = held.get(one);
  const { medium, video } = one.part;
  return file === undefined
    ? undefined
    : { kind: 'held', medium, uri: file.uri, mimeType: file.mimeType, ...videoOf(video) };
}

function mediaPart({ part: { medium, video }, input }: OpenedMedia): TextPart {
  return { kind: 'media', medium, input, ...videoOf(video) };
}

function videoOf(video: VideoMetadata | undefined): { readonly video?: VideoMetadata } {
  return video === undefined ? {} : { video };
}
