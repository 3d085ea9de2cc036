/** The columns of a text run's table: its answers as they are, or one for each field of their JSON. Pure. */
import type { Run } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { parseJson } from '../../text/answer-blocks';

/** More make cells too narrow to read; the inspector has all. */
export const MOST_FIELDS = 6;

/** Names of the top-level fields of the asked schema; empty: the answers are shown as they are. */
export function answerFields(run: Pick<Run, 'recipe'>): readonly string[] {
  const format = run.recipe.text?.answer;
  if (format?.kind !== 'json') {
    return format?.kind === 'story' ? ['story_title', 'tweet'] : [];
  }
  const schema = parseJson(format.schema);
  const properties = schema.kind === 'json' ? fieldsOf(fieldsOf(schema.value)['properties']) : {};
  return Object.keys(properties).slice(0, MOST_FIELDS);
}

/** What a field of an answer says; blank where it has none. */
export function fieldText(row: AnswerRow, field: string): string {
  const parsed = row.answer === undefined ? { kind: 'none' as const } : parseJson(row.answer.text);
  const value = parsed.kind === 'json' ? fieldsOf(parsed.value)[field] : undefined;
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
