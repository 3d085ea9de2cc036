/**
 * Reads keys from pasted text: one a line or separated by commas, blanks or semicolons; `NAME=key` or `label,key` gives
 * a label. Pure.
 */
import { isUnlikeKey, namedKey } from '@shared/key-text';

export interface PastedKey {
  readonly label: string;
  readonly secret: string;
}

/** A key that was left out, because it stands further up already. Lines count from 1. */
export interface PastedDouble {
  readonly line: number;
  readonly firstLine: number;
  readonly secret: string;
}

export interface PastedKeys {
  readonly keys: readonly PastedKey[];
  readonly doubles: readonly PastedDouble[];
  /** Lines, from 1, of which something does not look like a key; it is among `keys` all the same. */
  readonly doubtfulLines: readonly number[];
}

export function parseKeys(text: string): PastedKeys {
  const firstLines = new Map<string, number>();
  const keys: PastedKey[] = [];
  const doubles: PastedDouble[] = [];
  const doubtful = new Set<number>();
  text.split(/\r?\n/).forEach((content, at) => {
    for (const { label, secret } of keysOfLine(content)) {
      const firstLine = firstLines.get(secret);
      if (firstLine === undefined) {
        firstLines.set(secret, at + 1);
        keys.push({ label, secret });
        if (isUnlikeKey(secret)) {
          doubtful.add(at + 1);
        }
      } else {
        doubles.push({ line: at + 1, firstLine, secret });
      }
    }
  });
  return { keys, doubles, doubtfulLines: [...doubtful] };
}

function keysOfLine(line: string): readonly PastedKey[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || isHeading(text)) {
    return [];
  }
  const pair = labelled(text);
  if (pair !== null) {
    return [pair];
  }
  const named = namedKey(text);
  const label = named?.label ?? '';
  const secrets = (named?.rest ?? text)
    .split(/[\s,;]+/)
    .map(unquote)
    .filter((secret) => secret !== '');
  const distinct = [...new Set(secrets)];
  return secrets.map((secret) => ({
    label: label === '' || distinct.length === 1 ? label : `${label} ${distinct.indexOf(secret) + 1}`,
    secret,
  }));
}

/** The first line of a table of keys. */
function isHeading(line: string): boolean {
  return /^["']?(?:label|name)["']?\s*[,;\t]\s*["']?(?:key|api[ _-]?key|secret)["']?$/i.test(line);
}

/** `label,key`, also with a semicolon or a tab: two fields of which only the second looks like a key. */
function labelled(line: string): PastedKey | null {
  const fields = line.split(/[,;\t]/).map((field) => unquote(field.trim()));
  const [label, secret, ...others] = fields;
  const isPair = label !== undefined && label !== '' && secret !== undefined && others.length === 0;
  return isPair && looksLikeKey(secret) && !looksLikeKey(label) && !/[=:]/.test(label)
    ? { label: label.slice(0, 120), secret }
    : null;
}

/** Keys are long, without blanks, and mix letters with figures; labels seldom do all of that. */
function looksLikeKey(text: string): boolean {
  return (
    !isUnlikeKey(text) &&
    !/\s/.test(text) &&
    /\d/.test(text) &&
    (/^(?:AIza|AQ\.|sk-)/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text)) || text.length >= 32)
  );
}

function unquote(text: string): string {
  return text.replace(/^["'`]+|["'`]+$/g, '');
}

/** The last four characters, as the table shows them; a short key shows none. */
export function tailOf(secret: string): string {
  return secret.length < 12 ? '' : secret.slice(-4);
}
