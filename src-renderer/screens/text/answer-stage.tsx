/** The request that is looked at: what was asked, its answer as it comes, what it cost, and what can be done with it. */
import type { AnswerRow } from '@shared/model/text';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { JOB_STATES } from '../../jobs/job-words';
import { ANSWER_KEYS } from '../../keys/text-keys';
import { useKeys } from '../../keys/use-keys';
import { useModel } from '../../state/app-model';
import { isUnderWay } from '../../state/text';
import type { AskState, TextAsking } from '../../state/text';
import { AnswerBody } from '../../text/answer-body';
import { AnswerWayButtons, Candidates, factsOf, FailureNotice } from '../../text/answer-parts';
import { useAnswerOut } from '../../text/use-answer-out';
import { formatClock } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { ANSWERED_ID, continueFrom, showText, stopText, takeUp, takeUpAsked } from './text-actions';
import { forgetTexts } from './text-history';
import { askingState } from './text-panel';
import { useStage } from './use-text';
import { keyWords } from '../../ui/keys';

export function AnswerStage() {
  const stage = useStage();
  switch (stage.kind) {
    case 'nothing':
      return (
        <div className="empty">
          <h1>Ask a model</h1>
          <p>
            Write a prompt below; drop pictures, sound or video on it to ask about them. The panel on the
            right says how the answer is made and what shape it has.
          </p>
          <p className="hint">
            For a whole table of prompts, start a <b>New run</b> and choose <b>Text</b> there.
          </p>
        </div>
      );
    case 'loading':
      return <div aria-busy="true" className="text-stage" />;
    case 'failed':
      return (
        <div className="text-stage pad">
          <Notice tone="bad">{stage.sentence}</Notice>
        </div>
      );
    case 'asking':
      return <Asking asking={stage.asking} key={`asking ${stage.asking.id}`} />;
    case 'answer':
      return (
        <Answered
          answer={stage.answer}
          asking={stage.asking}
          key={stage.asking === undefined ? stage.answer.jobId : `asking ${stage.asking.id}`}
        />
      );
  }
}

function Head(props: {
  readonly prompt: string;
  readonly state: ReactNode;
  readonly facts: readonly string[];
  readonly children: ReactNode;
}) {
  const [isWhole, setWhole] = useState(false);
  const isLong = props.prompt.length > 240 || props.prompt.split('\n').length > 3;
  return (
    <header className="head text-head">
      <div className="row">
        <h1 className="sr-only">Answer</h1>
        {props.state}
        <span className="hint clip grow">{props.facts.join(' · ')}</span>
        {props.children}
      </div>
      <p className={isWhole ? 'text-prompt whole' : 'text-prompt'}>{props.prompt}</p>
      {isLong && (
        <button className="link" onClick={() => setWhole(!isWhole)} type="button">
          {isWhole ? 'Show less' : 'Show the whole prompt'}
        </button>
      )}
    </header>
  );
}

/** What a request that has no answer yet cannot do. */
const NO_ANSWER = {
  goOn: null,
  copy: null,
  save: null,
  story: null,
  forget: null,
} as const;

function Asking({ asking }: { readonly asking: TextAsking }) {
  const model = useModel();
  const isOn = isUnderWay(asking);
  const now = useNow(isOn);
  const seconds = ((asking.endedAt ?? Math.max(now, asking.startedAt)) - asking.startedAt) / 1000;
  const { word, tone } = askingState(asking);
  const stop = () => stopText(asking.id);
  const again = () => takeUp(model, asking);
  useKeys(ANSWER_KEYS, { ...NO_ANSWER, stop: isOn ? stop : null, again: isOn ? null : again });
  return (
    <>
      <Head
        facts={[
          asking.model.model,
          ...asking.files.map(({ name }) => name),
          `${formatClock(seconds)} ${isOn ? 'so far' : ''}`.trim(),
        ]}
        prompt={asking.prompt}
        state={<Pill tone={tone}>{word}</Pill>}
      >
        {isOn ? (
          <button aria-keyshortcuts="S" className="btn small" onClick={stop} title="Stop (S)" type="button">
            Stop
          </button>
        ) : (
          <button
            aria-keyshortcuts="R"
            className="btn small"
            onClick={again}
            title="Puts it back into the composer as it was asked (R)"
            type="button"
          >
            Edit and rerun
          </button>
        )}
      </Head>
      <Body>
        {asking.again !== null && <Notice tone="info">Asked again: {asking.again}</Notice>}
        {asking.state.kind === 'refused' && <Notice tone="bad">{asking.state.sentence}</Notice>}
        {asking.state.kind === 'lost' && <Interrupted state={asking.state} />}
        {asking.state.kind === 'stopped' && (
          <Notice tone="info">
            You stopped it. A request already sent still finishes, is kept, and may be charged.
          </Notice>
        )}
        <section aria-busy={isOn} aria-label="Answer" aria-live="polite">
          {asking.text === '' && isOn ? (
            <p className="hint">Waiting for the first words…</p>
          ) : (
            <AnswerBody isJson={false} text={asking.text} />
          )}
          {isOn && asking.text !== '' && <span aria-hidden="true" className="text-caret" />}
        </section>
      </Body>
    </>
  );
}

/** Asking once more would be paid once more: the way out is the answer of the request that went on. */
function Interrupted({ state }: { readonly state: Extract<AskState, { kind: 'lost' }> }) {
  const model = useModel();
  const show = () => showText(model, { kind: 'answer', jobId: state.jobId });
  return (
    <Notice
      action={
        <button className="btn small" onClick={show} type="button">
          Show what became of it
        </button>
      }
      tone="warn"
    >
      {state.sentence} The request was taken and goes on: its answer is kept, and it may be charged.
    </Notice>
  );
}

/** What is scrolled, also by keys. */
function Body({ children }: { readonly children: ReactNode }) {
  return (
    <div
      aria-label="What was answered"
      className="scroll text-stage"
      id={ANSWERED_ID}
      role="group"
      tabIndex={0}
    >
      {children}
    </div>
  );
}

function Answered({
  answer,
  asking,
}: {
  readonly answer: AnswerRow;
  readonly asking?: TextAsking | undefined;
}) {
  const { word, tone } = JOB_STATES[answer.state];
  return (
    <>
      <Head facts={factsOf(answer)} prompt={answer.prompt} state={<Pill tone={tone}>{word}</Pill>}>
        <AnswerActions answer={answer} asking={asking} />
      </Head>
      <Body>
        {asking !== undefined && asking.again !== null && <p className="hint">Asked again: {asking.again}</p>}
        <FailureNotice answer={answer} />
        <section aria-label="Answer" aria-live="polite">
          <Candidates answer={answer} />
        </section>
      </Body>
    </>
  );
}

interface ActionsProps {
  readonly answer: AnswerRow;
  readonly asking: TextAsking | undefined;
}

function AnswerActions({ answer, asking }: ActionsProps) {
  const model = useModel();
  const ways = useAnswerOut(answer);
  const again = () => (asking === undefined ? void takeUpAsked(model, answer.jobId) : takeUp(model, asking));
  const goOn = answer.answer === undefined ? null : () => continueFrom(model, answer);
  const forget = () => void forgetTexts(model, [answer.jobId]);
  const { copy, save, openStory } = ways;
  useKeys(ANSWER_KEYS, { stop: null, again, goOn, copy, save, story: openStory, forget });
  return (
    <>
      <AnswerWayButtons hasKeys ways={ways} />
      {goOn !== null && (
        <button
          aria-keyshortcuts="G"
          className="btn small"
          onClick={goOn}
          title="Continue from the answer (G)"
          type="button"
        >
          Continue
        </button>
      )}
      <button
        aria-keyshortcuts="R"
        className="btn small"
        onClick={again}
        title="Puts it back into the composer as it was asked (R)"
        type="button"
      >
        Edit and rerun
      </button>
      <button
        aria-keyshortcuts="Shift+X"
        className="btn small ghost"
        onClick={forget}
        title={`Remove it from the history (${keyWords('Shift+X')})`}
        type="button"
      >
        Remove
      </button>
    </>
  );
}
