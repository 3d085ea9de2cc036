/** What every place that shows an answer has of it: facts, failure, candidates, and the ways out of the library. */
import { FAILURES, mayBeCharged } from '@shared/model/failure';
import type { JobState } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { useState } from 'react';
import { CANDIDATE_KEYS } from '../keys/text-keys';
import { useKeys } from '../keys/use-keys';
import { formatCount, formatUsd } from '../ui/format';
import { Notice } from '../ui/notice';
import { AnswerBody } from './answer-body';
import { MisfitAnswer } from './misfit-answer';
import { useAnswerOut } from './use-answer-out';
import type { AnswerWays } from './use-answer-out';
import { keyWords } from '../ui/keys';

/** Model, time, tokens and cost, as far as they are known. */
export function factsOf({ model, seconds, usage, costUsd, answer }: AnswerRow): readonly string[] {
  const tokens = [
    usage?.inputTokens === undefined ? [] : [`${formatCount(usage.inputTokens)} in`],
    usage?.outputTokens === undefined ? [] : [`${formatCount(usage.outputTokens)} out`],
  ].flat();
  return [
    model,
    ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]),
    ...(tokens.length === 0 ? [] : [`${tokens.join(', ')} tokens`]),
    ...(costUsd === undefined ? [] : [formatUsd(costUsd)]),
    ...(answer?.finish === undefined || isUsualEnd(answer.finish) ? [] : [`ended by ${answer.finish}`]),
  ];
}

function isUsualEnd(finish: string): boolean {
  return /^(stop|completed|end_turn)$/i.test(finish);
}

const WITHOUT_FAILURE: Partial<Record<JobState, string>> = {
  cancelled: 'It was cancelled before it was sent; nothing was charged.',
  unknown: 'Its answer was lost and it may have been charged. Asked again, it may be charged again.',
  sent: 'It is under way.',
  pending: 'It waits for its turn.',
};

export function FailureNotice({ answer: { failure, state } }: { readonly answer: AnswerRow }) {
  if (state === 'done') {
    return null;
  }
  if (failure === undefined) {
    return WITHOUT_FAILURE[state] === undefined ? null : (
      <Notice tone="info">{WITHOUT_FAILURE[state]}</Notice>
    );
  }
  if (state === 'cancelled') {
    // It never left: what stands in the way is the pool's, and its sentence says the way out.
    return (
      <Notice tone="bad">
        <b>Not sent.</b> {failure.message}
      </Notice>
    );
  }
  const { title, remedy } = FAILURES[failure.kind];
  return (
    <Notice tone={state === 'failed' ? 'bad' : 'warn'}>
      <b>{title}.</b> {failure.message} {remedy}
      {mayBeCharged(failure) && ' It may have been charged.'}
    </Notice>
  );
}

interface CandidatesProps {
  readonly answer: Pick<AnswerRow, 'answer' | 'misfit' | 'state'>;
}

/** The answer; where several were asked for, one at a time. */
export function Candidates({ answer: { answer, misfit, state } }: CandidatesProps) {
  const [at, setAt] = useState(0);
  const count = answer === undefined ? 0 : 1 + (answer.more?.length ?? 0);
  const go = (by: number) => (count > 1 ? () => setAt((at + by + count) % count) : null);
  useKeys(CANDIDATE_KEYS, { previous: go(-1), next: go(1) });
  if (answer === undefined && misfit !== undefined) {
    return <MisfitAnswer misfit={misfit} />;
  }
  if (answer === undefined) {
    return state === 'done' ? <p className="hint">The answer is empty.</p> : null;
  }
  const all = [answer.text, ...(answer.more ?? [])];
  return (
    <div className="stack">
      {all.length > 1 && (
        <div aria-keyshortcuts="[ ]" aria-label="Candidates" className="chips" role="group">
          {all.map((_, place) => (
            <button
              aria-pressed={place === at}
              className="chip"
              key={place}
              onClick={() => setAt(place)}
              type="button"
            >
              Candidate {place + 1}
            </button>
          ))}
        </div>
      )}
      <AnswerBody isJson={answer.mimeType === 'application/json'} text={all[at] ?? ''} />
    </div>
  );
}

/** Ways out of the library, for any answer. */
export function AnswerOut({ answer }: { readonly answer: AnswerRow }) {
  return <AnswerWayButtons ways={useAnswerOut(answer)} />;
}

/** `hasKeys`: the screen obeys them. */
export function AnswerWayButtons({
  ways: { copy, save, openStory, sentence },
  hasKeys = false,
}: {
  readonly ways: AnswerWays;
  readonly hasKeys?: boolean;
}) {
  return (
    <>
      {sentence !== null && <span className="field-error">{sentence}</span>}
      {openStory !== null && (
        <button
          aria-keyshortcuts={hasKeys ? 'O' : undefined}
          className="btn small primary"
          onClick={openStory}
          title={hasKeys ? 'Open as a story (O)' : undefined}
          type="button"
        >
          Open as a story
        </button>
      )}
      {copy !== null && (
        <button
          aria-keyshortcuts={hasKeys ? 'C' : undefined}
          className="btn small"
          onClick={copy}
          title={hasKeys ? 'Copy the answer (C)' : undefined}
          type="button"
        >
          Copy
        </button>
      )}
      {save !== null && (
        <button
          aria-keyshortcuts={hasKeys ? 'Control+S' : undefined}
          className="btn small"
          onClick={save}
          title={hasKeys ? `Save the answer (${keyWords('Ctrl+S')})` : undefined}
          type="button"
        >
          Save…
        </button>
      )}
    </>
  );
}
