/** Reads what a text request names: input, schema and system prompt. What is plainly wrong is said at once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { LONGEST_SCHEMA } from '@shared/model/text';
import { schemaProblems } from '../../app/planning/schema-problems';
import { checkInput } from '../check-input';
import type { TextFiles, TextPlaces } from './plan-text';
import type { TextCliRequest } from './text-request';

export type ReadTextFiles =
  | { readonly kind: 'ok'; readonly files: TextFiles }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What a recipe takes (src-shared/model/text.ts), as for a schema. */
const LONGEST_SYSTEM = 100_000;

/** Its message is a sentence. */
export class Unreadable extends Error {}

export async function readTextFiles(request: TextCliRequest, cwd: string): Promise<ReadTextFiles> {
  try {
    const system =
      request.system.kind === 'text'
        ? request.system.text
        : await textIn(resolve(cwd, request.system.path), LONGEST_SYSTEM);
    const schema = request.schemaFile === undefined ? null : await schemaIn(resolve(cwd, request.schemaFile));
    const input = await inputOf(request, { cwd, system });
    return input.kind === 'refused' ? input : { kind: 'ok', files: { system, schema, format: input.format } };
  } catch (error) {
    if (error instanceof Unreadable) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

async function inputOf(
  { source, template }: TextCliRequest,
  { cwd, system }: { readonly cwd: string; readonly system: string },
) {
  return source.kind === 'prompts'
    ? ({ kind: 'ok', format: null } as const)
    : checkInput({ path: resolve(cwd, source.path), task: 'text', instruction: template, system });
}

async function schemaIn(path: string): Promise<string> {
  const schema = await textIn(path, LONGEST_SCHEMA);
  const [problem] = schemaProblems(schema);
  if (problem !== undefined) {
    throw new Unreadable(`"${basename(path)}": ${problem.message}`);
  }
  return schema;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EISDIR: 'it is a folder, and not a file',
  EACCES: 'it may not be read; check its permissions',
};

/** Throws Unreadable. */
export async function textIn(path: string, most: number): Promise<string> {
  const name = basename(path);
  try {
    // A byte order mark is no part of the text.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    if (text.length > most) {
      throw new Unreadable(`"${name}" has more than ${most} characters: shorten it.`);
    }
    return text;
  } catch (error) {
    if (error instanceof Unreadable) {
      throw error;
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new Unreadable(
      `"${name}" cannot be read: ${REASONS[code] ?? (code.startsWith('ERR_ENCODING') ? 'it is not UTF-8 text' : code)}.`,
    );
  }
}

export interface PreparedPlaces extends TextPlaces {
  /** The answers are printed from there, and the folder is removed. */
  readonly isPrinted: boolean;
  remove(): Promise<void>;
}

/** A run is its output folder: beside the file that is asked for, so that the same command goes on with it. */
export async function placesOf({ output }: TextCliRequest, cwd: string): Promise<PreparedPlaces> {
  if (output !== '-') {
    const answersFile = resolve(cwd, output);
    return { answersFile, outputDir: `${answersFile}.run`, isPrinted: false, remove: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-text-'));
  return {
    answersFile: join(folder, 'answers.jsonl'),
    outputDir: join(folder, 'run'),
    isPrinted: true,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
