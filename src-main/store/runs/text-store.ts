/** Answers of text jobs: what a model said is kept in the library, there is no file. */
import { type TextResult, textResultSchema } from '@shared/model/text';
import type { Repair } from '../../engine/ports';
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { parseJson } from '../database/json-column';
import { createMisfits } from './misfits';
import type { Tables } from '../sqlite-store';

export interface TextStore {
  /** Of the present result; null: it has none, or it is a picture. */
  answerOf(jobId: number): Promise<TextResult | null>;
  /** Those that have one, by job id. */
  answersOf(jobIds: readonly number[]): Promise<ReadonlyMap<number, TextResult>>;
  /** The last answers that did not fit their schema, of jobs among these that are not done. */
  misfitsOf(jobIds: readonly number[]): Promise<ReadonlyMap<number, Repair>>;
}

/** Every method by name, for the store's thread. */
export const TEXT_METHODS = {
  answerOf: true,
  answersOf: true,
  misfitsOf: true,
} as const satisfies Record<keyof TextStore, true>;

export const TEXT_SCHEMA = `
-- A text job's result has no file: file_name is '', and this is what the model said, as JSON of TextResult.
ALTER TABLE results ADD COLUMN answer TEXT;
CREATE INDEX results_answers ON results (id) WHERE current = 1 AND answer IS NOT NULL;
`;

export function textCalls({ db }: Tables, { read }: Access): TextStore {
  const answers = createAnswers(db);
  return {
    answerOf: read(answers.answerOf),
    answersOf: read(answers.answersOf),
    misfitsOf: read(createMisfits(db)),
  };
}

function createAnswers(db: Db) {
  const present = db.prepare<{ answer: string | null }>(
    'SELECT r.answer FROM jobs j JOIN results r ON r.id = j.result_id WHERE j.id = ?',
  );

  /** One that cannot be read is damage, and reads as if there were none. */
  function answerOf(jobId: number): TextResult | null {
    const text = present.get(jobId)?.answer ?? null;
    const parsed = text === null ? null : parseJson(text, textResultSchema);
    return parsed?.kind === 'ok' ? parsed.value : null;
  }

  return {
    answerOf,
    answersOf: (jobIds: readonly number[]): ReadonlyMap<number, TextResult> =>
      new Map(
        jobIds.flatMap((jobId) => {
          const answer = answerOf(jobId);
          return answer === null ? [] : [[jobId, answer] as const];
        }),
      ),
  };
}
