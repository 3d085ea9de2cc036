/** Text. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { App } from '../app';
import { startRun } from '../app/runs/run-request';
import type { TextShell } from '../app/text/texts';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function textCalls(os: Calls, app: App, shell: Shell) {
  const { texts } = app;
  const desk: TextShell = {
    granted: shell.granted,
    start: (request) =>
      startRun(app, request, {
        defaultOutputDir: app.settings().outputDir || shell.defaultOutputDir,
        granted: shell.granted,
      }),
  };
  return {
    ask: os.text.ask.handler(async function* ({ input, signal }) {
      yield* texts.ask(input, desk, signal);
    }),
    history: os.text.history.handler(({ input }) => texts.history(input)),
    asked: os.text.asked.handler(({ input }) => texts.asked(input.jobId)),
    forget: os.text.forget.handler(({ input }) => texts.forget(input.jobIds)),
    recall: os.text.recall.handler(({ input }) => texts.recall(input.jobIds)),
    checkSchema: os.text.checkSchema.handler(({ input }) => texts.checkSchema(input.schema)),
    answers: os.text.answers.handler(({ input }) => texts.answers(input)),
    answer: os.text.answer.handler(({ input }) => texts.answer(input.jobId)),
    saveAnswer: os.text.saveAnswer.handler(async ({ input }) => {
      const { answer, row } = await texts.answer(input.jobId);
      if (answer === undefined) {
        throw new Refusal('BAD_INPUT', 'This request has no answer to save.');
      }
      const isJson = answer.mimeType === 'application/json';
      const to = await shell.saveAs(`answer-${row}.${isJson ? 'json' : 'txt'}`);
      if (to !== null) {
        await writeFile(to, answer.text);
      }
      return to === null ? null : basename(to);
    }),
    improve: os.text.improve.handler(({ input }) => texts.improve(input)),
    describe: os.text.describe.handler(({ input }) => texts.describe(input, desk)),
    addAnswers: os.text.addAnswers.handler(({ input }) => texts.addAnswers(input.runId, input.column)),
    judge: os.text.judge.handler(({ input }) => texts.judge(input, desk)),
    story: os.text.story.handler(({ input }) => texts.story(input.jobId)),
    storyPictures: os.text.storyPictures.handler(({ input }) => texts.storyPictures(input, desk)),
  };
}
