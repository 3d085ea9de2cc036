/** Where in a JSON text something stands: for problems that are told by their JSON pointer. Pure. */

export interface TextPosition {
  readonly offset: number;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export function positionAt(source: string, offset: number): TextPosition {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  return { offset, line, column: offset - before.lastIndexOf('\n') };
}

/** The end of the text where it has no such line. */
export function positionOf(source: string, line: number, column: number): TextPosition {
  const lines = source.split('\n');
  const at = Math.min(Math.max(1, line), lines.length);
  const start = lines.slice(0, at - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const width = lines[at - 1]?.length ?? 0;
  return positionAt(source, start + Math.min(Math.max(0, column - 1), width));
}

/**
 * The value a JSON pointer names; of a member, its name. Where the pointer leads further than the text, the last part
 * that is there. Null where the text is no JSON.
 */
export function positionOfPointer(source: string, pointer: string): TextPosition | null {
  const wanted = pointer.split('/').slice(1).map(unescaped);
  const offset = find(source, wanted);
  return offset === null ? null : positionAt(source, offset);
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Reads along the text; the offset of the place `wanted` names. */
function find(source: string, wanted: readonly string[]): number | null {
  let at = skipBlanks(source, 0);
  let found = at;
  for (const part of wanted) {
    const next = source[at] === '{' ? memberOf(source, at, part) : itemOf(source, at, part);
    if (next === null) {
      break;
    }
    found = next.name;
    at = next.value;
  }
  return isJson(source) ? found : null;
}

interface Child {
  /** Of a member, its name; of an item, itself. */
  readonly name: number;
  readonly value: number;
}

function memberOf(source: string, object: number, name: string): Child | null {
  let at = skipBlanks(source, object + 1);
  while (source[at] === '"') {
    const end = endOfString(source, at);
    const value = skipBlanks(source, skipBlanks(source, end) + 1);
    if (parsedName(source.slice(at, end)) === name) {
      return { name: at, value };
    }
    at = afterComma(source, endOfValue(source, value));
  }
  return null;
}

function itemOf(source: string, list: number, part: string): Child | null {
  const wanted = Number(part);
  if (source[list] !== '[' || !Number.isInteger(wanted)) {
    return null;
  }
  let at = skipBlanks(source, list + 1);
  for (let index = 0; at < source.length && source[at] !== ']'; index += 1) {
    if (index === wanted) {
      return { name: at, value: at };
    }
    at = afterComma(source, endOfValue(source, at));
  }
  return null;
}

function parsedName(quoted: string): string | null {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return null;
  }
}

function afterComma(source: string, at: number): number {
  const comma = skipBlanks(source, at);
  return source[comma] === ',' ? skipBlanks(source, comma + 1) : comma;
}

function endOfValue(source: string, start: number): number {
  if (source[start] === '"') {
    return endOfString(source, start);
  }
  if (source[start] !== '{' && source[start] !== '[') {
    const rest = /[\s,\]}]/.exec(source.slice(start));
    return rest === null ? source.length : start + rest.index;
  }
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    const sign = source[at];
    if (sign === '"') {
      at = endOfString(source, at) - 1;
    } else if (sign === '{' || sign === '[') {
      depth += 1;
    } else if (sign === '}' || sign === ']') {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return source.length;
}

function endOfString(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') {
      at += 1;
    } else if (source[at] === '"') {
      return at + 1;
    }
  }
  return source.length;
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (at < source.length && /\s/.test(source[at] ?? '')) {
    at += 1;
  }
  return at;
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}
