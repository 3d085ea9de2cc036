/** Instruction templates: text with `{{column}}`. What a cell says is never read as a template again. */
import { cellOf, type Fields } from './columns';

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string };

export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Each column once, in order of appearance. */
  readonly columns: readonly string[];
}

export interface Rendered {
  readonly text: string;
  /** Columns the row does not have; they render as nothing. */
  readonly missing: readonly string[];
}

const PLACEHOLDER = /\{\{\s*([^{}]*[^{}\s])\s*\}\}/g;

export function parseTemplate(source: string): Template {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of source.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push({ kind: 'text', text: source.slice(end, match.index) });
    parts.push({ kind: 'column', name: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < source.length) parts.push({ kind: 'text', text: source.slice(end) });
  const names = parts.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
  return { parts, columns: [...new Set(names)] };
}

export function renderTemplate(template: Template, fields: Fields): Rendered {
  const missing = new Set<string>();
  const text = template.parts.map((part) => {
    if (part.kind === 'text') return part.text;
    const cell = findCell(fields, part.name);
    if (cell === undefined) missing.add(part.name);
    return cell ?? '';
  });
  return { text: text.join(''), missing: [...missing] };
}

/** The template's columns that a dataset does not have. */
export function unknownColumns(template: Template, columns: readonly string[]): string[] {
  const known = new Set(columns.map((column) => column.trim()));
  return template.columns.filter((column) => !known.has(column));
}

/** The template of one column, as `--instruction_key` names it. */
export function columnTemplate(column: string): string {
  return `{{${column}}}`;
}

/** White space around a header's name does not count: braces cannot show it. */
function findCell(fields: Fields, name: string): string | undefined {
  const exact = cellOf(fields, name);
  if (exact !== undefined) return exact;
  const column = Object.keys(fields).find((key) => key.trim() === name);
  return column === undefined ? undefined : cellOf(fields, column);
}
