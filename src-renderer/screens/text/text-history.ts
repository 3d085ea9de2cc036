/** What was asked before: read, read again where its jobs changed, and taken out with a way back. */
import type { AppModel } from '../../state/app-model';
import type { AnswerRow } from '@shared/model/text';
import { sentenceOf } from '../../state/refusal';
import { isNewsOf, settleAsking } from '../../state/text';
import { toast } from '../../state/ui-store';
import { plural } from '../../ui/format';

const PAGE = 100;
/** The border answers so many at once. */
const MOST_AT_ONCE = 500;

let lastQuestion = 0;

/**
 * Reads the newest of the history again, as far as they were shown and the border answers. Only the latest question is
 * answered.
 */
export async function loadHistory(model: AppModel, search?: string): Promise<void> {
  const { text, backend } = model;
  const before = text.getState().history;
  const asked = search ?? before.search;
  if (search !== undefined) {
    text.setState({ history: { ...before, search } });
  }
  lastQuestion += 1;
  const question = lastQuestion;
  const isSame = asked === before.searched;
  const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, isSame ? before.answers.length : 0));
  try {
    const { total, answers } = await backend.client.text.history({ offset: 0, limit, search: asked });
    if (question === lastQuestion) {
      text.setState(({ history }) => ({
        history: {
          search: asked,
          searched: asked,
          total,
          answers: asked === history.searched ? withTail(answers, total, history.answers) : answers,
          sentence: null,
          isKnown: true,
        },
      }));
      settleAsking(text, answers);
    }
  } catch (error) {
    if (question === lastQuestion) {
      text.setState(({ history }) => ({ history: { ...history, sentence: sentenceOf(error) } }));
    }
  }
}

/** With what was known beyond the newest: it may have come while these were read. */
function withTail(
  newest: readonly AnswerRow[],
  total: number,
  known: readonly AnswerRow[],
): readonly AnswerRow[] {
  const read = new Set(newest.map(({ jobId }) => jobId));
  const last = known.findLastIndex(({ jobId }) => read.has(jobId));
  return last < 0 || newest.length >= total ? newest : [...newest, ...known.slice(last + 1)];
}

export async function loadMoreHistory({ text, backend }: AppModel): Promise<void> {
  const { history: before, forgotten } = text.getState();
  const search = before.searched;
  // The library no longer counts what was taken out.
  const offset = before.answers.filter(({ jobId }) => !forgotten.has(jobId)).length;
  try {
    const more = await backend.client.text.history({ search, offset, limit: PAGE });
    text.setState(({ history }) => {
      const known = new Set(history.answers.map(({ jobId }) => jobId));
      const added = more.answers.filter(({ jobId }) => !known.has(jobId));
      return history.searched === search
        ? { history: { ...history, total: more.total, answers: [...history.answers, ...added] } }
        : {};
    });
  } catch (error) {
    text.setState(({ history }) => ({ history: { ...history, sentence: sentenceOf(error) } }));
  }
}

/** Jobs change several times in a moment, and several of them do. */
const RELOAD_MS = 500;

/**
 * Keeps what is listed, and what became of requests that were stopped or heard of no more, as their jobs go on; returns
 * the undo.
 */
export function followJobs(model: AppModel): () => void {
  const { text } = model;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const reload = () => {
    timer = null;
    void loadHistory(model);
  };
  const stop = model.onJobs((tiles) => {
    for (const { id: jobId, state } of tiles) {
      const { history, asking } = text.getState();
      if (history.answers.some((row) => row.jobId === jobId && row.state !== state)) {
        timer ??= setTimeout(reload, RELOAD_MS);
      }
      if (asking.some((one) => one.jobId === jobId && isNewsOf(one, state))) {
        settleJob(model, jobId);
      }
    }
  });
  return () => {
    stop();
    if (timer !== null) {
      clearTimeout(timer);
    }
  };
}

/** What became of requests that were stopped or heard of no more, where nobody listened when their jobs went on. */
export function askAfterStopped(model: AppModel): void {
  for (const { jobId, state } of model.text.getState().asking) {
    if (jobId !== null && (state.kind === 'stopped' || state.kind === 'lost')) {
      settleJob(model, jobId);
    }
  }
}

function settleJob({ text, backend }: AppModel, jobId: number): void {
  backend.client.text
    .answer({ jobId })
    .then((row) => settleAsking(text, [row]))
    // The history has it, too.
    .catch(() => undefined);
}

/** Takes requests out of the history; the toast puts them back. */
export async function forgetTexts(model: AppModel, jobIds: readonly number[]): Promise<void> {
  const { text, backend, ui } = model;
  const hide = (isHidden: boolean) =>
    text.setState(({ forgotten }) => {
      const next = new Set(forgotten);
      jobIds.forEach((jobId) => (isHidden ? next.add(jobId) : next.delete(jobId)));
      return { forgotten: next };
    });
  hide(true);
  try {
    await backend.client.text.forget({ jobIds: [...jobIds] });
    const shown = text.getState().shown;
    const wasShown = shown.kind === 'answer' && jobIds.includes(shown.jobId);
    if (wasShown) {
      text.setState({ shown: { kind: 'nothing' } });
    }
    toast(ui, `Removed ${plural(jobIds.length, 'request')}`, {
      label: 'Undo',
      run: () => {
        backend.client.text
          .recall({ jobIds: [...jobIds] })
          .then(() => {
            hide(false);
            if (wasShown) {
              text.setState({ shown });
            }
            return loadHistory(model);
          })
          .catch((error: unknown) => text.setState({ problems: [sentenceOf(error)] }));
      },
    });
    await loadHistory(model);
  } catch (error) {
    hide(false);
    text.setState({ problems: [sentenceOf(error)] });
  }
}
