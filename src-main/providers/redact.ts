/** Takes secrets out of text that people will see: failures, logs, reports. */
import type { Secret } from './secret';

export interface Redactor {
  /** From now on this value never appears in redacted text. */
  add(secret: Secret | string): void;
  /** The same for one that is here for a while: the answered function says that it is gone, and is called once. */
  hold(secret: Secret): () => void;
  redact(text: string): string;
}

const MASK = '[secret]';
/** What still fails when a key is gone may name it so long. */
const LINGER_MS = 10 * 60_000;
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

/** `now`: milliseconds that only grow. */
export function createRedactor(now: () => number = () => performance.now()): Redactor {
  /** Each value with how many hold it. */
  const holders = new Map<string, number>();
  /** The same values, longest first. */
  const values: string[] = [];
  /** Those that are held for good: all are told of anew with every change. */
  const stays = new Set<string>();
  /** What is gone, in that order. */
  const gone: { readonly forms: readonly string[]; readonly until: number }[] = [];

  function hold(forms: readonly string[]): void {
    forget();
    for (const form of forms) {
      const held = holders.get(form) ?? 0;
      holders.set(form, held + 1);
      if (held === 0) {
        const shorter = values.findIndex(({ length }) => length < form.length);
        values.splice(shorter < 0 ? values.length : shorter, 0, form);
      }
    }
  }

  function forget(): void {
    const kept = gone.findIndex(({ until }) => until > now());
    for (const { forms } of gone.splice(0, kept < 0 ? gone.length : kept)) {
      forms.forEach(letGo);
    }
  }

  function letGo(form: string): void {
    const held = holders.get(form) ?? 0;
    if (held > 1) {
      holders.set(form, held - 1);
    } else {
      holders.delete(form);
      values.splice(values.indexOf(form), 1);
    }
  }

  return {
    add(secret) {
      const forms = writtenForms(typeof secret === 'string' ? secret : secret.reveal());
      hold(forms.filter((form) => !stays.has(form)));
      forms.forEach((form) => stays.add(form));
    },
    hold(secret) {
      const forms = writtenForms(secret.reveal());
      hold(forms);
      return () => void gone.push({ forms, until: now() + LINGER_MS });
    },
    redact(text) {
      forget();
      return hideShapes(hideValues(text, values));
    },
  };
}

/** Redacts one text with at most one known key. Only the start of a long text is kept. */
export function redactWith(secret: Secret | null, text: string): string {
  // The known key first and in all of it: cutting before that could leave half a key.
  const hidden = secret === null ? text : hideValues(text, writtenForms(secret.reveal()));
  return hideShapes(hidden.slice(0, MAX_REDACTED));
}

/** A key as it is, and as it looks inside a URL or a JSON string; longest first. */
function writtenForms(value: string): readonly string[] {
  if (value.length < MIN_SECRET_LENGTH) {
    return [];
  }
  const forms = new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
  return [...forms].sort((one, other) => other.length - one.length);
}

/** Longest first: a key may contain another one. */
function hideValues(text: string, values: readonly string[]): string {
  return values.reduce((hidden, value) => hidden.replaceAll(value, MASK), text);
}

function hideShapes(text: string): string {
  return KEY_SHAPES.reduce((hidden, [shape, mask]) => hidden.replace(shape, mask), text);
}
