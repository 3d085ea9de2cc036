/** Takes secrets out of text that people will see: failures, logs, reports. */
import type { Secret } from './secret';

export interface Redactor {
  /** From now on this value never appears in redacted text. */
  add(secret: Secret | string): void;
  redact(text: string): string;
}

const MASK = '[secret]';
/** Shorter values would tear ordinary words apart; no provider issues such keys. */
const MIN_SECRET_LENGTH = 4;

/** Answers can be megabytes; a failure shows a line of them. */
const MAX_REDACTED = 20_000;

/** Keys nobody told us about: those of another tool, or one that a relay sends on upstream. */
const KEY_SHAPES: readonly (readonly [RegExp, string])[] = [
  // A word alone ("Bearer authentication") is no key: a digit or sixteen characters make one.
  [/\b(Bearer|Basic)\s+(?:(?=[\w.~+/=-]*\d)[\w.~+/=-]{6,}|[\w.~+/=-]{16,})/gi, `$1 ${MASK}`],
  [/\bAIza[\w-]{16,}/g, MASK],
  [/\bsk-[\w-]{8,}/g, MASK],
  // A token of the service.
  [/\bbf-[\w-]{20,}/g, MASK],
  [/\b(x-goog-api-key|api[_-]?key|access_token)(["']?\s*[:=]\s*["']?)[\w.~+/-]{8,}/gi, `$1$2${MASK}`],
  [/([?&](?:key|token)=)[^&\s"'<>]+/gi, `$1${MASK}`],
];

export function createRedactor(): Redactor {
  const values = new Set<string>();
  return {
    add(secret) {
      for (const form of writtenForms(typeof secret === 'string' ? secret : secret.reveal())) {
        values.add(form);
      }
    },
    redact: (text) => hideShapes(hideValues(text, values)),
  };
}

/** Redacts one text with at most one known key. Only the start of a long text is kept. */
export function redactWith(secret: Secret | null, text: string): string {
  // The known key first and in all of it: cutting before that could leave half a key.
  const hidden = secret === null ? text : hideValues(text, writtenForms(secret.reveal()));
  return hideShapes(hidden.slice(0, MAX_REDACTED));
}

/** A key as it is, and as it looks inside a URL or a JSON string. */
function writtenForms(value: string): readonly string[] {
  if (value.length < MIN_SECRET_LENGTH) {
    return [];
  }
  return [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])];
}

function hideValues(text: string, values: Iterable<string>): string {
  let hidden = text;
  // Longest first: a key may contain another one.
  for (const value of [...values].sort((a, b) => b.length - a.length)) {
    hidden = hidden.replaceAll(value, MASK);
  }
  return hidden;
}

function hideShapes(text: string): string {
  return KEY_SHAPES.reduce((hidden, [shape, mask]) => hidden.replace(shape, mask), text);
}
