/** The left panel of the Text screen: requests under way and what was asked before, newest first. */
import type { AnswerRow } from '@shared/model/text';
import { FAILURES } from '@shared/model/failure';
import { SquarePen, Trash2 } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { JOB_STATES } from '../../jobs/job-words';
import { actOf } from '../../keys/key-line';
import { ASKED_KEYS } from '../../keys/work-keys';
import { useModel } from '../../state/app-model';
import type { TextAsking } from '../../state/text';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Mark } from '../../ui/pill';
import type { Tone } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { useSettled } from '../../ui/use-throttled';
import { whenWords } from '../studio/tree-list';
import { beginAnew, SEARCH_ID, showText } from './text-actions';
import { forgetTexts, loadHistory, loadMoreHistory } from './text-history';
import { unlistedAsking, useText } from './use-text';
import './text.css';

export function TextPanel() {
  const model = useModel();
  const asking = useText((state) => state.asking);
  const history = useText((state) => state.history);
  const forgotten = useText((state) => state.forgotten);
  const shown = useText((state) => state.shown);
  const listed = history.answers.filter(({ jobId }) => !forgotten.has(jobId));
  const unlisted = unlistedAsking(asking, history.answers).filter(
    ({ jobId }) => jobId === null || !forgotten.has(jobId),
  );
  const isShown = (jobId: number | null, id?: number) =>
    shown.kind === 'asking'
      ? asking.some(
          (one) => one.id === shown.id && (one.id === id || (jobId !== null && one.jobId === jobId)),
        )
      : shown.kind === 'answer' && shown.jobId === jobId;
  const isEmpty = listed.length + unlisted.length === 0;
  return (
    <div className="text-panel">
      <div className="side-head">
        <h2>Requests</h2>
        <button
          aria-keyshortcuts="N"
          aria-label="New request"
          className="btn ghost icon small"
          onClick={() => beginAnew(model)}
          title="New request (N)"
          type="button"
        >
          <SquarePen aria-hidden="true" size={14} />
        </button>
      </div>
      <Search />
      {history.sentence !== null && <Notice tone="bad">{history.sentence}</Notice>}
      <ul aria-label="Requests" className="text-list">
        {unlisted.map((one) => (
          <AskingItem asking={one} isShown={isShown(one.jobId, one.id)} key={`asking ${one.id}`} />
        ))}
        {listed.map((answer) => (
          <AnswerItem answer={answer} isShown={isShown(answer.jobId)} key={answer.jobId} />
        ))}
      </ul>
      {isEmpty && history.isKnown && (
        <p className="side-empty">
          {history.search === '' ? 'What you ask is kept here.' : 'No request matches.'}
        </p>
      )}
      {history.answers.length < history.total && (
        <button className="btn small ghost" onClick={() => void loadMoreHistory(model)} type="button">
          Show more of {plural(history.total, 'request')}
        </button>
      )}
    </div>
  );
}

const REST_MS = 250;

function Search() {
  const model = useModel();
  const [typed, setTyped] = useState(() => model.text.getState().history.search);
  const settled = useSettled(typed, REST_MS);
  const search = useEffectEvent((words: string) => {
    if (words !== model.text.getState().history.search) {
      void loadHistory(model, words);
    }
  });
  useEffect(() => search(settled), [settled]);
  return (
    <input
      aria-keyshortcuts="/"
      aria-label="Search requests"
      className="input"
      id={SEARCH_ID}
      onChange={(event) => setTyped(event.target.value)}
      placeholder="Search prompts and answers"
      type="search"
      value={typed}
    />
  );
}

function AskingItem({ asking, isShown }: { readonly asking: TextAsking; readonly isShown: boolean }) {
  const model = useModel();
  const { word, tone } = askingState(asking);
  return (
    <Item
      isShown={isShown}
      onChoose={() => showText(model, { kind: 'asking', id: asking.id })}
      prompt={asking.prompt}
      tone={tone}
      when={word}
      word={word}
    />
  );
}

export function askingState(asking: TextAsking): { readonly word: string; readonly tone: Tone } {
  switch (asking.state.kind) {
    case 'asking':
      return asking.text === '' ? { word: 'In flight', tone: 'info' } : { word: 'Answering', tone: 'info' };
    case 'over':
      return JOB_STATES[asking.state.answer.state];
    case 'refused':
      return { word: 'Not sent', tone: 'bad' };
    case 'lost':
      return { word: 'Interrupted', tone: 'warn' };
    case 'stopped':
      return { word: 'Stopped', tone: 'idle' };
  }
}

function AnswerItem({ answer, isShown }: { readonly answer: AnswerRow; readonly isShown: boolean }) {
  const model = useModel();
  const now = useNow(false);
  const { word, tone } = JOB_STATES[answer.state];
  const failure = answer.failure === undefined ? word : FAILURES[answer.failure.kind].title;
  const forget = () => void forgetTexts(model, [answer.jobId]);
  const when = answer.askedAt === undefined ? '' : whenWords(answer.askedAt, now);
  return (
    <Item
      isShown={isShown}
      onChoose={() => showText(model, { kind: 'answer', jobId: answer.jobId })}
      onForget={forget}
      prompt={answer.prompt}
      tone={tone}
      when={answer.state === 'done' ? when : `${failure}${when === '' ? '' : `, ${when}`}`}
      word={answer.state === 'failed' ? failure : word}
    />
  );
}

interface ItemProps {
  readonly prompt: string;
  readonly tone: Tone;
  readonly word: string;
  readonly when: string;
  readonly isShown: boolean;
  onChoose(): void;
  onForget?(): void;
}

function Item({ prompt, tone, word, when, isShown, onChoose, onForget }: ItemProps) {
  const name = prompt.trim().split('\n')[0] ?? '';
  return (
    <li className="text-item">
      <button
        aria-current={isShown ? 'true' : undefined}
        aria-keyshortcuts={onForget === undefined ? undefined : 'Delete'}
        className="item"
        onClick={onChoose}
        onKeyDown={(event) => {
          if (actOf(ASKED_KEYS, event) === 'forget' && onForget !== undefined) {
            event.preventDefault();
            onForget();
          }
        }}
        title={prompt.slice(0, 500)}
        type="button"
      >
        <Mark tone={tone} />
        <span className="text-words">
          <span className="clip">{name === '' ? 'no words' : name}</span>
          <span className="hint clip">{when}</span>
        </span>
        <span className="sr-only">{word}</span>
      </button>
      {onForget !== undefined && (
        <button
          aria-label={`Remove ${name}`}
          className="btn ghost icon small text-forget"
          onClick={onForget}
          title="Remove from the history (Del)"
          type="button"
        >
          <Trash2 aria-hidden="true" size={13} />
        </button>
      )}
    </li>
  );
}
