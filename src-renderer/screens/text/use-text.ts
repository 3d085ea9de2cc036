/** The Text screen's state as its parts need it. */
import type { AnswerRow } from '@shared/model/text';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useLive, useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { likelyChoice } from '../../state/served-models';
import type { TextAsking, TextState } from '../../state/text';
import { isUnderWay } from '../../state/text';
import { askAfterStopped, followJobs, loadHistory } from './text-history';
import type { AskContext } from './text-rules';

export function useText<Value>(selector: (state: TextState) => Value): Value {
  return useStore(useModel().text, selector);
}

export function useTextContext(): AskContext {
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  return useMemo(
    () => ({ models, likely: likelyChoice('text', { models, endpoints }) }),
    [models, endpoints],
  );
}

/** Reads the history when the screen is first looked at and after the connection was lost, and keeps it up to date. */
export function useLoadedHistory(): void {
  const model = useModel();
  const isLive = useLive((state) => state.connection.kind === 'live');
  useEffect(() => {
    if (isLive) {
      void loadHistory(model);
      askAfterStopped(model);
    }
  }, [isLive, model]);
  useEffect(() => followJobs(model), [model]);
}

/** What the stage shows. */
export type Stage =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'asking'; readonly asking: TextAsking }
  | { readonly kind: 'answer'; readonly answer: AnswerRow; readonly asking?: TextAsking };

export function useStage(): Stage {
  const shown = useText((state) => state.shown);
  const asking = useText((state) => state.asking);
  const answers = useText((state) => state.history.answers);
  const jobId = shown.kind === 'answer' ? shown.jobId : null;
  const known = jobId === null ? undefined : answerOf(jobId, asking, answers);
  const fetched = useAnswer(known === undefined ? jobId : null);
  if (shown.kind === 'nothing') {
    return { kind: 'nothing' };
  }
  if (shown.kind === 'asking') {
    const one = asking.find(({ id }) => id === shown.id);
    if (one?.state.kind === 'over') {
      return { kind: 'answer', answer: one.state.answer, asking: one };
    }
    return one === undefined ? { kind: 'nothing' } : { kind: 'asking', asking: one };
  }
  return known === undefined ? fetched : { kind: 'answer', answer: known };
}

function answerOf(
  jobId: number,
  asking: readonly TextAsking[],
  answers: readonly AnswerRow[],
): AnswerRow | undefined {
  const over = asking.find((one) => one.jobId === jobId && one.state.kind === 'over');
  return over?.state.kind === 'over' ? over.state.answer : answers.find((answer) => answer.jobId === jobId);
}

type Fetched = Exclude<Stage, { kind: 'nothing' } | { kind: 'asking' }>;

/** One that is not in the list: it was searched for, or opened from elsewhere. Asked for again as its job goes on. */
function useAnswer(jobId: number | null): Fetched {
  const { backend, onJobs } = useModel();
  const isLive = useLive((state) => state.connection.kind === 'live');
  const [found, setFound] = useState<{ readonly jobId: number; readonly stage: Fetched } | null>(null);
  useEffect(() => {
    if (jobId === null || !isLive) {
      return;
    }
    let latest: Promise<AnswerRow> | null = null;
    const ask = () => {
      const question = backend.client.text.answer({ jobId });
      const tell = (stage: Fetched) => question === latest && setFound({ jobId, stage });
      latest = question;
      question.then(
        (answer) => tell({ kind: 'answer', answer }),
        (error: unknown) => tell({ kind: 'failed', sentence: sentenceOf(error) }),
      );
    };
    ask();
    const stop = onJobs((tiles) => tiles.some(({ id }) => id === jobId) && ask());
    return () => {
      latest = null;
      stop();
    };
  }, [backend, onJobs, isLive, jobId]);
  return found !== null && found.jobId === jobId ? found.stage : { kind: 'loading' };
}

/** Those under way, and those whose end is not in the history yet. */
export function unlistedAsking(
  asking: readonly TextAsking[],
  answers: readonly AnswerRow[],
): readonly TextAsking[] {
  const listed = new Set(answers.map(({ jobId }) => jobId));
  return asking.filter((one) => isUnderWay(one) || one.jobId === null || !listed.has(one.jobId));
}
