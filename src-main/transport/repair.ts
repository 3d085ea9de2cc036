/** The one repair of a structured answer: the model sees what it said and what is wrong with it. */
import type { Failure } from '@shared/model/failure';
import type { AttemptOutcome, Repair, Usage } from '../engine/ports';
import type { TextMessage } from '../providers/adapter';

/** So much of an answer goes back: what is longer was most likely cut, and its start says as much. */
const MOST_CHARACTERS = 200_000;
/** So many of the problems stand in the failure's sentence. */
const NAMED = 3;

/** The conversation goes on from the answer that did not fit. */
export function withRepair(
  messages: readonly TextMessage[],
  repair: Repair | undefined,
): readonly TextMessage[] {
  if (repair === undefined) {
    return messages;
  }
  const said = repair.text.trim() === '' ? '(nothing)' : repair.text.slice(0, MOST_CHARACTERS);
  const list = repair.errors.map((error) => `- ${error}`).join('\n');
  return [
    ...messages,
    { role: 'model', parts: [{ kind: 'text', text: said }] },
    {
      role: 'user',
      parts: [
        {
          kind: 'text',
          text: `This answer does not fit the required schema:\n${list}\nAnswer again, with the whole corrected JSON and nothing else.`,
        },
      ],
    },
  ];
}

/** The answer was paid for and cannot be used. */
export function misfit(text: string, errors: readonly string[], usage: Usage): AttemptOutcome {
  const more = errors.length - NAMED;
  const named = errors.slice(0, NAMED).join(' ');
  const failure: Failure = {
    kind: 'schema_mismatch',
    message: `The answer does not fit its schema: ${named}${more > 0 ? ` (${more} more)` : ''}`,
    bodySent: true,
  };
  return { kind: 'failed', failure, usage, costUsd: usage.costUsd ?? null, repair: { text, errors } };
}
