/** The file that a command line wants the answers of its text run in. */
import { stat } from 'node:fs/promises';
import type { App } from '../../app';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { type AnswerLines, type AnswerSource, writeAnswerLines } from './answer-lines';
import { exportFailure } from '../exports/export-failure';

/**
 * Also of a run that paused: what was answered so far, and which inputs wait. Answers how many inputs were no rows;
 * `path` undefined: nobody asked for it. Throws a Refusal for what the disk refuses.
 */
export async function writeAnswersFile(
  { store, importer, runs }: Pick<App, 'store' | 'importer' | 'runs'>,
  runId: number,
  path: string | undefined,
): Promise<{ readonly unread?: number }> {
  if (path === undefined) {
    return {};
  }
  const run = await runs.found(runId);
  return writeAnswers(store, { run, dataset: await importer.whole(run.datasetId), path });
}

/** Answers how many inputs were no rows. Throws a Refusal for what the disk refuses. */
export async function writeAnswers(
  store: AnswerSource,
  lines: AnswerLines,
): Promise<{ readonly unread: number }> {
  try {
    return await writeAnswerLines(store, lines);
  } catch (error) {
    throw exportFailure(error, lines.path);
  }
}

/** A file that no run of this library wrote is somebody's. Throws a Refusal. */
export async function refuseOthersAnswers(
  store: Pick<Store, 'runAt'>,
  plan: { readonly answersFile?: string | undefined; readonly outputDir: string; readonly resume: boolean },
): Promise<void> {
  const { answersFile, outputDir, resume } = plan;
  if (answersFile === undefined) {
    return;
  }
  const found = await stat(answersFile).catch(() => null);
  if (found !== null && !found.isFile()) {
    throw new Refusal('BAD_INPUT', `${answersFile} is not a file: choose another --output.`);
  }
  if (found !== null && found.size > 0 && resume && (await store.runAt(outputDir)) === null) {
    throw new Refusal(
      'BAD_INPUT',
      `${answersFile} exists, and no run of this library wrote it: choose another --output, or replace it with --no_resume.`,
    );
  }
}
