/**
 * The picture in a Gemini answer, or why there is none. It is read from the raw body: relays put it in several places,
 * some of which the SDK drops. First hit wins:
 * 1. the last `inlineData` part that is no thought (thinking models send drafts before the final picture);
 * 2. the last one that is a thought (relays flag the only picture so);
 * 3. `parts[].inlineData` at the top of the body;
 * 4. `fileData.fileUri`;
 * 5. a data URL or hosted URL in the text.
 */
import type { Failure } from '@shared/model/failure';
import type { Usage } from '../../engine/ports';
import { type Found, fromBase64, fromUrl, inText } from '../image-data';
import { asCount, asObject, asText, type JsonObject, objectsOf } from '../loose-json';

/** Fields of which a GenerateContentResponse has at least one. */
const ANSWER_FIELDS = ['candidates', 'promptFeedback', 'usageMetadata', 'modelVersion', 'responseId', 'parts'];

const BLOCKING_REASONS = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'JAILBREAK',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

export type GoogleReading =
  | { readonly kind: 'found'; readonly found: Found; readonly usage: Usage }
  | { readonly kind: 'none'; readonly failure: Pick<Failure, 'kind' | 'message' | 'providerCode'> }
  /** Not a Gemini answer at all. */
  | { readonly kind: 'alien' };

export function readGoogleAnswer(json: unknown): GoogleReading {
  const body = asObject(json);
  if (body === undefined || !ANSWER_FIELDS.some((field) => field in body)) {
    return { kind: 'alien' };
  }
  const parts = objectsOf(body.candidates).flatMap((candidate) => objectsOf(asObject(candidate.content)?.parts));
  const topParts = objectsOf(body.parts);
  const found =
    lastIn(parts, inlineImage) ??
    lastIn(topParts, inlineImage) ??
    lastIn([...topParts, ...parts], filePicture) ??
    lastIn([...topParts, ...parts], textPicture);
  return found === null
    ? { kind: 'none', failure: whyNone(body, parts) }
    : { kind: 'found', found, usage: usageOf(body) };
}

/** The last hit among parts that are no thoughts, else the last among thoughts. */
function lastIn(parts: readonly JsonObject[], read: (part: JsonObject) => Found | null): Found | null {
  const hits = parts.map((part) => ({ found: read(part), isThought: part.thought === true }));
  const found = hits.filter((hit) => hit.found !== null);
  return (found.findLast((hit) => !hit.isThought) ?? found.at(-1))?.found ?? null;
}

function inlineImage(part: JsonObject): Found | null {
  const inline = asObject(part.inlineData) ?? asObject(part.inline_data);
  const data = asText(inline?.data);
  const mimeType = asText(inline?.mimeType) ?? asText(inline?.mime_type) ?? 'image/*';
  const isImage = /^(?:image\/|application\/octet-stream)/i.test(mimeType);
  return data !== undefined && isImage ? fromBase64(data) : null;
}

function filePicture(part: JsonObject): Found | null {
  const file = asObject(part.fileData) ?? asObject(part.file_data);
  const uri = asText(file?.fileUri) ?? asText(file?.file_uri);
  return uri === undefined ? null : fromUrl(uri);
}

function textPicture(part: JsonObject): Found | null {
  const text = asText(part.text);
  return text === undefined ? null : inText(text);
}

function whyNone(body: JsonObject, parts: readonly JsonObject[]): Pick<Failure, 'kind' | 'message' | 'providerCode'> {
  const feedback = asObject(body.promptFeedback);
  const blockReason = asText(feedback?.blockReason);
  if (blockReason !== undefined && !blockReason.endsWith('_UNSPECIFIED')) {
    const text = asText(feedback?.blockReasonMessage);
    return { kind: 'blocked', message: sentence('The prompt was blocked', blockReason, text), providerCode: blockReason };
  }
  const finishes = objectsOf(body.candidates).filter((candidate) => asText(candidate.finishReason) !== undefined);
  const last = finishes.find((candidate) => BLOCKING_REASONS.has(String(candidate.finishReason))) ?? finishes.at(-1);
  const reason = asText(last?.finishReason);
  const text = asText(last?.finishMessage);
  if (reason !== undefined && BLOCKING_REASONS.has(reason)) {
    return { kind: 'blocked', message: sentence('The picture was blocked', reason, text), providerCode: reason };
  }
  const said = parts.filter((part) => part.thought !== true).map((part) => asText(part.text) ?? '').join(' ').trim();
  const message =
    said === ''
      ? sentence('The model returned no picture', reason ?? 'no candidate', text)
      : `The model answered with text only: “${said.slice(0, 300)}”`;
  return { kind: 'no_image', message, ...(reason === undefined ? {} : { providerCode: reason }) };
}

function sentence(what: string, reason: string, text: string | undefined): string {
  return text === undefined ? `${what} (${reason}).` : `${what} (${reason}): ${text}`;
}

function usageOf(body: JsonObject): Usage {
  const usage = asObject(body.usageMetadata);
  const input = asCount(usage?.promptTokenCount);
  const answer = asCount(usage?.candidatesTokenCount);
  const thoughts = asCount(usage?.thoughtsTokenCount);
  const images = objectsOf(usage?.candidatesTokensDetails)
    .filter((detail) => detail.modality === 'IMAGE')
    .map((detail) => asCount(detail.tokenCount) ?? 0);
  return {
    ...(input === undefined ? {} : { inputTokens: input }),
    ...(answer === undefined ? {} : { outputTokens: answer + (thoughts ?? 0) }),
    ...(images.length === 0 ? {} : { imageTokens: images.reduce((sum, count) => sum + count, 0) }),
  };
}
