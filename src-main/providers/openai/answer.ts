/**
 * The picture in an OpenAI-compatible answer, or why there is none. Shapes: `data[]` of the images API, and the four of
 * chat completions (`message.images[]`, content parts, a data URL in the text, a hosted URL in the text). Relays mix
 * them up, so each is looked for whatever was asked.
 */
import type { Usage } from '../../engine/ports';
import { isWholePicture } from '../event-stream';
import { type Found, fromBase64, fromUrl, inText } from '../image-data';
import { asCount, asObject, asText, type JsonObject, objectsOf } from '../loose-json';
import { type Reading, textOnly, type WhyNone } from '../reading';

export function readOpenaiAnswer(json: unknown): Reading {
  const body = ofStream(asObject(json));
  if (body === undefined || !(Array.isArray(body.data) || Array.isArray(body.choices))) {
    return { kind: 'alien' };
  }
  const messages = objectsOf(objectsOf(body.choices).map((choice) => choice.message));
  const found = firstOf(objectsOf(body.data), imageField) ?? firstOf(messages, pictureOf);
  return found === null
    ? { kind: 'none', failure: whyNone(body, messages) }
    : { kind: 'found', found, usage: usageOf(body) };
}

/** A stream ends with the picture itself. */
function ofStream(body: JsonObject | undefined): JsonObject | undefined {
  return body !== undefined && isWholePicture(body) ? { data: [body], usage: body.usage } : body;
}

function firstOf(entries: readonly JsonObject[], read: (entry: JsonObject) => Found | null): Found | null {
  for (const entry of entries) {
    const found = read(entry);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** The last of several: earlier ones are drafts of thinking models. */
function lastOf(entries: readonly JsonObject[], read: (entry: JsonObject) => Found | null): Found | null {
  return firstOf([...entries].reverse(), read);
}

function imageField(entry: JsonObject): Found | null {
  const base64 = asText(entry.b64_json);
  const url = asText(entry.url);
  return (base64 === undefined ? null : fromBase64(base64)) ?? (url === undefined ? null : fromUrl(url));
}

function pictureOf(message: JsonObject): Found | null {
  const text = asText(message.content);
  return (
    lastOf(objectsOf(message.images), contentPart) ??
    contentPart({ image: message.image }) ??
    lastOf(objectsOf(message.content), contentPart) ??
    (text === undefined ? null : inText(text))
  );
}

/** `{image_url: {url}}`, `{image_url: "…"}`, `{image: {url}}`, `{b64_json}`, `{result}` or a text part. */
function contentPart(part: JsonObject): Found | null {
  for (const field of [part.image_url, part.image, part.url]) {
    const url = asText(field) ?? asText(asObject(field)?.url);
    const found = url === undefined ? null : fromUrl(url);
    if (found !== null) {
      return found;
    }
  }
  const base64 = asText(part.b64_json) ?? asText(part.result) ?? asText(asObject(part.image)?.b64_json);
  const text = asText(part.text);
  return base64 === undefined ? (text === undefined ? null : inText(text)) : fromBase64(base64);
}

function whyNone(body: JsonObject, messages: readonly JsonObject[]): WhyNone {
  const finish = objectsOf(body.choices)
    .map((choice) => asText(choice.finish_reason))
    .find(Boolean);
  const refusal = messages.map((message) => asText(message.refusal)).find(Boolean);
  if (finish === 'content_filter' || refusal !== undefined) {
    const message =
      refusal === undefined ? 'The content filter stopped the answer.' : `The model refused: “${refusal}”`;
    return { kind: 'blocked', message, providerCode: finish ?? 'refusal' };
  }
  const said = messages.flatMap(wordsOf).join(' ').trim();
  const message = said === '' ? 'The answer holds no picture.' : textOnly(said);
  return { kind: 'no_image', message, ...(finish === undefined ? {} : { providerCode: finish }) };
}

function wordsOf(message: JsonObject): readonly string[] {
  const parts = objectsOf(message.content).map((part) => asText(part.text));
  return [asText(message.content), ...parts].flatMap((text) => text ?? []);
}

export function usageOf(body: JsonObject): Usage {
  const usage = asObject(body.usage);
  const details = asObject(usage?.output_tokens_details) ?? asObject(usage?.completion_tokens_details);
  const input = asCount(usage?.input_tokens) ?? asCount(usage?.prompt_tokens);
  const total = asCount(usage?.total_tokens);
  const rest = total === undefined || input === undefined ? undefined : Math.max(0, total - input);
  // Some relays name it only within the total.
  const output = asCount(usage?.output_tokens) ?? asCount(usage?.completion_tokens) ?? rest;
  const images = asCount(details?.image_tokens);
  const cost = asCount(usage?.cost);
  return {
    ...(input === undefined ? {} : { inputTokens: input }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(images === undefined ? {} : { imageTokens: images }),
    ...(cost === undefined ? {} : { costUsd: cost }),
  };
}
