/**
 * The model's own turn of a conversation. In a multi-turn edit its picture must come back with its `thoughtSignature`,
 * else Gemini answers 400 "Image part is missing a thought_signature"; so the parts are kept as they came, with the
 * picture's bytes left out: they are in the result's file.
 */
import type { Part } from '@google/genai';
import { holdsMark } from '../cut-mark';
import { asObject, asText, type JsonObject, objectsOf } from '../loose-json';

/** Stands for the bytes of the turn's picture. */
const HELD = '';

/**
 * The parts of the answer that are no thoughts, as JSON; null where the picture did not come as one of them, or
 * another of them was cut out as a picture: such an answer cannot be given back.
 */
export function turnOf(json: unknown, picture: string): string | null {
  const [candidate] = objectsOf(asObject(json)?.candidates);
  const parts = objectsOf(asObject(candidate?.content)?.parts).filter(
    (part) => part.thought !== true || dataOf(part) === picture,
  );
  const isHeld = parts.some((part) => dataOf(part) === picture);
  const turn = JSON.stringify(parts.flatMap((part) => withoutBytes(part, picture)));
  return isHeld && !holdsMark(turn) ? turn : null;
}

/** Other pictures of the turn are drafts, and left out. */
function withoutBytes(part: JsonObject, picture: string): JsonObject[] {
  const data = dataOf(part);
  if (data === undefined) {
    return [part];
  }
  const { inline_data: _inline, inlineData: _inlineData, thought: _thought, ...rest } = part;
  return data === picture ? [{ ...rest, inlineData: { data: HELD } }] : [];
}

function dataOf(part: JsonObject): string | undefined {
  return asText((asObject(part.inlineData) ?? asObject(part.inline_data))?.data);
}

/** The turn's parts with its picture in place again. Throws for a turn that is none of ours. */
export function turnParts(turn: string, mimeType: string, data: string): Part[] {
  const parts = objectsOf(JSON.parse(turn) as unknown);
  return parts.map((part) =>
    part.inlineData === undefined ? part : { ...part, inlineData: { mimeType, data } },
  );
}
