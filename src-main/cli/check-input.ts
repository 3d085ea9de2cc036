/** Looks at the first rows of an input before anything is opened or sent: what is plainly wrong is said at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { hasImageColumn } from '@shared/columns';
import type { DatasetFormat, Task } from '@shared/model/run';
import { parseTemplate, unknownColumns } from '@shared/template';
import { DatasetError } from '../datasets/dataset-source';
import { openDataset, type OpenedDataset } from '../datasets/open-dataset';

export interface InputQuestion {
  /** Absolute. */
  readonly path: string;
  readonly task: Task;
  /** What is asked of every row, as a template. */
  readonly instruction: string;
  readonly outputNameColumn?: string | undefined;
  /** Of a text run: its system prompt, as a template. */
  readonly system?: string;
}

export type InputAnswer =
  | { readonly kind: 'ok'; readonly format: DatasetFormat }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Columns of these are known only as their rows come; a column may be missing in the first and there in the next. */
const PEEKED_ROWS = 100;

export async function checkInput(question: InputQuestion): Promise<InputAnswer> {
  const embeddedDir = await mkdtemp(join(tmpdir(), 'brushfleet-'));
  try {
    const opened = await openDataset({ path: question.path, embeddedDir });
    const sentence = columnProblem(await peekColumns(opened), question, opened.format);
    return sentence === null ? { kind: 'ok', format: opened.format } : { kind: 'refused', sentence };
  } catch (error) {
    if (error instanceof DatasetError) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  } finally {
    await rm(embeddedDir, { recursive: true, force: true });
  }
}

async function peekColumns({ format, events }: OpenedDataset): Promise<readonly string[]> {
  const enough = format === 'jsonl' || format === 'json' ? PEEKED_ROWS : 1;
  let columns: readonly string[] = [];
  let rows = 0;
  for await (const event of events) {
    if (event.kind === 'columns') {
      columns = event.columns;
    }
    rows += event.kind === 'row' ? 1 : 0;
    if (rows >= enough) {
      break;
    }
  }
  return columns;
}

function columnProblem(
  columns: readonly string[],
  question: InputQuestion,
  format: DatasetFormat,
): string | null {
  const name = basename(question.path);
  const known = [...columns, 'index'];
  const templates = [question.instruction, question.system ?? ''].map(parseTemplate);
  const unknown = [...new Set(templates.flatMap((template) => unknownColumns(template, known)))];
  const missing = [...unknown, ...missingOutputName(known, question)];
  if (format === 'folder' && unknown.length > 0) {
    return question.task === 'text'
      ? `"${name}" is a folder of images and holds no prompts: give one for all of them with --template.`
      : `"${name}" is a folder of images and holds no instructions: give one for all of them with --prompt.`;
  }
  if (missing.length > 0) {
    const [first] = missing;
    return `"${name}" has no column "${first}"; it has ${listed(columns)}.${hintFor(unknown, question.task)}`;
  }
  if (question.task === 'edit' && !hasImageColumn(columns)) {
    return `"${name}" has no column of images, such as image_url or input_images; it has ${listed(columns)}.`;
  }
  return null;
}

function missingOutputName(known: readonly string[], { outputNameColumn }: InputQuestion): readonly string[] {
  return outputNameColumn === undefined || known.includes(outputNameColumn) ? [] : [outputNameColumn];
}

function hintFor(unknown: readonly string[], task: Task): string {
  if (unknown.length === 0) {
    return ' Choose one with --output_name_column.';
  }
  switch (task) {
    case 'edit':
      return ' Name the column of instructions with --instruction_key.';
    case 't2i':
      return ' Name the column of prompts with --instruction_key.';
    case 'text':
      return ' Name the column of prompts with --prompt_column.';
  }
}

function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, 20).join(', ');
  return columns.length > 20 ? `${shown} and ${columns.length - 20} more` : shown;
}
