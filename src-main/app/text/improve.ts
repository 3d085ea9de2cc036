/** A better wording for an instruction of a picture model, by a text model. */
import { isDemoModel } from '@shared/demo';
import type { MessagePart } from '@shared/model/text';
import { Refusal } from '../../refusal';
import { keepFile } from './keep-attachment';
import type { TextDesk, TextParts } from './text-parts';
import type { Texts } from './texts';

const SYSTEM =
  "Rewrite the user's instruction for a model that generates and edits pictures. Keep what it asks for, its language " +
  'and every name, number and quoted text. Say plainly what is to change, and that everything else stays as it is. ' +
  'Answer with the instruction alone: no preface, no quotes, at most three sentences.';

export async function improve(
  parts: TextParts,
  desk: TextDesk,
  { instruction, model, jobId }: Parameters<Texts['improve']>[0],
): Promise<{ instruction: string }> {
  if (instruction.trim() === '') {
    throw new Refusal('BAD_INPUT', 'Write an instruction first.', 'instruction');
  }
  if (isDemoModel(model)) {
    await parts.ensureDemo();
  }
  const picture = jobId === undefined ? [] : await pictureOf(parts, desk, jobId);
  const answer = await desk.session.submit({
    kind: 'text',
    model,
    system: SYSTEM,
    messages: [{ role: 'user', parts: [...picture, { kind: 'text', text: instruction }] }],
    generation: {},
    answer: { kind: 'text' },
  });
  // It is a step of another work, not one of the person's own questions.
  await parts.store.setForgotten([answer.jobId], true);
  if (answer.kind === 'failed') {
    throw new Refusal('BAD_INPUT', answer.failure.message);
  }
  if (answer.kind !== 'text' || answer.answer.text.trim() === '') {
    throw new Refusal('BAD_INPUT', 'The model had no better wording; try another model.');
  }
  return { instruction: answer.answer.text.trim() };
}

async function pictureOf({ store }: TextParts, { folder }: TextDesk, jobId: number): Promise<MessagePart[]> {
  const [job] = await store.jobsById([jobId]);
  const found = job?.result === null || job === undefined ? null : await store.result(job.result.id);
  if (found === null) {
    return [];
  }
  const file = await keepFile(found.path, found.result.fileName, folder);
  return [{ kind: 'media', ...file }];
}
