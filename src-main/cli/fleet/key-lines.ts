/** Keys as text: one a line, `label,key` or `label=key`. Pure. A sentence about a line names its number and never its content. */
import { isUnlikeKey, namedKey } from '@shared/key-text';
import { Secret } from '../../providers/secret';
import { Refusal } from '../../refusal';
import type { KeyDraft } from './fleet-port';

const LABEL_LENGTH = 120;
const KEY_LENGTH = 4000;

/** `NAME=value`: a line of a `.env`. No key begins with capitals and an equals sign. */
const VARIABLE = /^(export\s+)?[A-Z][A-Z0-9_]*\s*=\s*\S/;

/** True for the text of a `.env`. */
export function holdsVariables(text: string): boolean {
  return linesOf(text).some(({ line }) => VARIABLE.test(line));
}

/** Equal keys stay: who adds them counts the duplicates. Throws a Refusal for a line that cannot hold a key. */
export function parseKeyLines(text: string): readonly KeyDraft[] {
  return linesOf(text)
    .filter(({ line }, at) => !(at === 0 && /^(label|name)\s*,\s*key$/i.test(line)))
    .map(({ line, number }) => draftOf(line, `Line ${number}`));
}

/** `where` begins the sentence of a refusal. */
export function draftOf(line: string, where: string): KeyDraft {
  if (VARIABLE.test(line)) {
    throw new Refusal('BAD_INPUT', `${where} is a line of a .env: brushfleet keys import FILE reads those.`);
  }
  const { label, key } = partsOf(line);
  if (label.length > LABEL_LENGTH) {
    throw new Refusal('BAD_INPUT', `${where} has a label of more than ${LABEL_LENGTH} characters.`);
  }
  if (key === '') {
    throw new Refusal('BAD_INPUT', `${where} has a label and no key after the comma: write label,key.`);
  }
  if (key.includes('://')) {
    throw new Refusal(
      'BAD_INPUT',
      `${where} does not look like a key but like an address: brushfleet endpoints add takes those.`,
    );
  }
  // A header cannot carry anything else.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new Refusal(
      'BAD_INPUT',
      `${where} holds a character that no API key has (a space, a quote of another alphabet): write one key a line, or label,key.`,
    );
  }
  if (key.length > KEY_LENGTH) {
    throw new Refusal(
      'BAD_INPUT',
      `${where} is longer than any API key: write one key a line, or label,key.`,
    );
  }
  return { label, secret: new Secret(key) };
}

/** A key may hold an equals sign or a colon itself: what stands behind one has to look like a key. */
function partsOf(line: string): { readonly label: string; readonly key: string } {
  const named = namedKey(line);
  if (named !== null && !/[\s,]/.test(named.rest) && !isUnlikeKey(unquoted(named.rest))) {
    return { label: named.label, key: unquoted(named.rest) };
  }
  const comma = line.lastIndexOf(',');
  return { label: unquoted(line.slice(0, Math.max(0, comma))), key: unquoted(line.slice(comma + 1)) };
}

function linesOf(text: string): readonly { readonly line: string; readonly number: number }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n|\r/)
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2');
}
