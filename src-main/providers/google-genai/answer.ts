/**
 * The picture in a Gemini answer, or why there is none. It is read from the raw body: relays put it in several places,
 * some of which the SDK drops. First hit wins:
 * 1. the last `inlineData` part that is no thought (thinking models send drafts before the final picture);
 * 2. the last one that is a thought (relays flag the only picture so);
 * 3. `parts[].inlineData` at the top of the body;
 * 4. `fileData.fileUri`;
 * 5. a data URL or hosted URL in the text.
 */
import type { Usage } from '../../engine/ports';
import { type Found, fromBase64, fromUrl, inText } from '../image-data';
import { asCount, asObject, asText, type JsonObject, objectsOf } from '../loose-json';
import { type Reading, textOnly, type WhyNone } from '../reading';

/** Fields of which a GenerateContentResponse has at least one. */
export const ANSWER_FIELDS = [
  'candidates',
  'promptFeedback',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'parts',
];

export const BLOCKING_REASONS = new Set([
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

export function readGoogleAnswer(json: unknown): Reading {
  const body = asObject(json);
  if (body === undefined || !ANSWER_FIELDS.some((field) => field in body)) {
    return { kind: 'alien' };
  }
  const parts = objectsOf(body.candidates).flatMap((candidate) =>
    objectsOf(asObject(candidate.content)?.parts),
  );
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

function whyNone(body: JsonObject, parts: readonly JsonObject[]): WhyNone {
  const block = promptBlock(body);
  if (block !== null) {
    return block;
  }
  const finish = finishOf(body);
  if (finish !== null && BLOCKING_REASONS.has(finish.reason)) {
    const message = sentence('The picture was blocked', finish.reason, finish.text);
    return { kind: 'blocked', message, providerCode: finish.reason };
  }
  const said = wordsIn(parts);
  const nothing = sentence('The model returned no picture', finish?.reason ?? 'no candidate', finish?.text);
  return {
    kind: 'no_image',
    message: said === '' ? nothing : textOnly(said),
    ...(finish === null ? {} : { providerCode: finish.reason }),
  };
}

/** Why the prompt itself was refused; null: it was not. */
export function promptBlock(body: JsonObject): WhyNone | null {
  const feedback = asObject(body.promptFeedback);
  const blockReason = asText(feedback?.blockReason);
  if (blockReason === undefined || blockReason.endsWith('_UNSPECIFIED')) {
    return null;
  }
  const text = asText(feedback?.blockReasonMessage);
  const message = sentence('The prompt was blocked', blockReason, text);
  return { kind: 'blocked', message, providerCode: blockReason };
}

interface Finish {
  readonly reason: string;
  readonly text: string | undefined;
}

/** How the candidates ended: a block among them decides, else the last one. */
function finishOf(body: JsonObject): Finish | null {
  const finishes = objectsOf(body.candidates).flatMap((candidate): Finish[] => {
    const reason = asText(candidate.finishReason);
    return reason === undefined ? [] : [{ reason, text: asText(candidate.finishMessage) }];
  });
  return finishes.find((finish) => BLOCKING_REASONS.has(finish.reason)) ?? finishes.at(-1) ?? null;
}

function wordsIn(parts: readonly JsonObject[]): string {
  const spoken = parts.filter((part) => part.thought !== true);
  return spoken
    .flatMap((part) => asText(part.text) ?? [])
    .join(' ')
    .trim();
}

export function sentence(what: string, reason: string, text: string | undefined): string {
  return text === undefined ? `${what} (${reason}).` : `${what} (${reason}): ${text}`;
}

export function usageOf(body: JsonObject): Usage {
  const usage = asObject(body.usageMetadata);
  const input = asCount(usage?.promptTokenCount);
  const output = outputOf(usage, input);
  const images = objectsOf(usage?.candidatesTokensDetails)
    .filter((detail) => detail.modality === 'IMAGE')
    .map((detail) => asCount(detail.tokenCount) ?? 0);
  return {
    ...(input === undefined ? {} : { inputTokens: input }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(images.length === 0 ? {} : { imageTokens: images.reduce((sum, count) => sum + count, 0) }),
  };
}

/** Picture and thoughts together; some answers name them only within the total. */
function outputOf(usage: JsonObject | undefined, input: number | undefined): number | undefined {
  const answer = asCount(usage?.candidatesTokenCount);
  const total = asCount(usage?.totalTokenCount);
  if (answer === undefined) {
    return total === undefined || input === undefined ? undefined : Math.max(0, total - input);
  }
  return answer + (asCount(usage?.thoughtsTokenCount) ?? 0);
}
