/** What the Text screen does: sends, stops, continues, forgets. Everything outlives the screen that started it. */
import { isDemoModel } from '@shared/demo';
import type { TextRequest } from '@shared/contract/text';
import type { AnswerRow } from '@shared/model/text';
import { openVault, withVault } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { takeAsked, takeFiles, takeResults } from '../../state/attachments';
import { sentenceOf } from '../../state/refusal';
import { settingsOf } from '../../state/text-settings';
import { beginAsking, changeTextDraft, isUnderWay, patchAsking } from '../../state/text';
import type { AskState, TextAsking, TextShown, TextStore } from '../../state/text';
import { show, toast } from '../../state/ui-store';
import { plural } from '../../ui/format';
import { likelyTextModel } from '../../text/text-models';
import { askOf } from './text-rules';
import type { AskContext } from './text-rules';

export const PROMPT_ID = 'text-prompt';
export const SEARCH_ID = 'text-search';
export const ATTACH_ID = 'text-attach';
export const ANSWERED_ID = 'text-answered';

/** By the id of the request in this window. */
const stops = new Map<number, AbortController>();

export function askContextNow({ live }: Pick<AppModel, 'live'>): AskContext {
  const state = live.getState();
  return { models: state.models, likely: likelyTextModel(state) };
}

export async function sendText(model: AppModel): Promise<void> {
  const { text } = model;
  const state = text.getState();
  const outcome = askOf(state, askContextNow(model));
  if (outcome.kind === 'refused') {
    document.getElementById(PROMPT_ID)?.focus();
    return;
  }
  const { request } = outcome;
  if (!isDemoModel(request.model) && !(await openVault(model))) {
    return;
  }
  const id = beginAsking(text, request, {
    files: state.files,
    settings: state.draft.settings,
    after: state.after,
    startedAt: Date.now(),
  });
  // What was sent is done with; how it was asked stays for the next.
  changeTextDraft(text, { prompt: '' });
  text.setState({ files: [], after: null, problems: [] });
  await follow(model, id, request);
}

/** Longer than a frame, shorter than a reader notices. */
const FLUSH_MS = 40;

async function follow(model: AppModel, id: number, request: TextRequest): Promise<void> {
  const { text, backend, ui } = model;
  const stop = new AbortController();
  stops.set(id, stop);
  const pieces = createPieces(text, id);
  try {
    const events = await withVault(ui, () => backend.client.text.ask(request, { signal: stop.signal }));
    for await (const event of events) {
      switch (event.kind) {
        case 'asked':
          patchAsking(text, id, () => ({ jobId: event.jobId }));
          break;
        case 'delta':
          pieces.add(event.text);
          break;
        case 'again':
          pieces.clear();
          patchAsking(text, id, () => ({ text: '', again: event.why }));
          break;
        case 'over':
          pieces.clear();
          patchAsking(text, id, () => ({
            jobId: event.answer.jobId,
            state: { kind: 'over', answer: event.answer },
          }));
          break;
      }
    }
    settle(text, id, stop.signal.aborted ? null : 'The connection ended before the answer was whole.');
  } catch (error) {
    settle(text, id, stop.signal.aborted ? null : sentenceOf(error));
  } finally {
    pieces.flush();
    stops.delete(id);
    patchAsking(text, id, () => ({ endedAt: Date.now() }));
    void loadHistory(model);
  }
}

/** A request that is not over by itself was stopped (null), was refused, or was heard of no more. */
function settle(text: TextStore, id: number, sentence: string | null): void {
  patchAsking(text, id, (asking) =>
    isUnderWay(asking) ? { state: endWithout(asking.jobId, sentence) } : {},
  );
}

function endWithout(jobId: number | null, sentence: string | null): AskState {
  if (sentence === null) {
    return { kind: 'stopped' };
  }
  return jobId === null ? { kind: 'refused', sentence } : { kind: 'lost', jobId, sentence };
}

/** Pieces of an answer come by the hundred; the screen is drawn a few times a second. */
function createPieces(text: TextStore, id: number) {
  let waiting = '';
  let timer: ReturnType<typeof setTimeout> | null = null;
  function flush(): void {
    if (timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
    const more = waiting;
    waiting = '';
    if (more !== '') {
      patchAsking(text, id, (asking) => ({ text: asking.text + more }));
    }
  }
  return {
    add(piece: string): void {
      waiting += piece;
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    /** What came so far is void, or whole elsewhere. */
    clear(): void {
      waiting = '';
      flush();
    },
    flush,
  };
}

export function stopText(id: number): void {
  stops.get(id)?.abort();
}

export function showText({ text, ui }: Pick<AppModel, 'text' | 'ui'>, shown: TextShown): void {
  text.setState({ shown });
  show(ui, { kind: 'text' });
}

/** An empty stage, and a prompt that goes on from nothing. */
export function beginAnew(model: Pick<AppModel, 'text' | 'ui'>): void {
  showText(model, { kind: 'nothing' });
  model.text.setState({ after: null });
  document.getElementById(PROMPT_ID)?.focus();
}

export function attachFiles({ text }: Pick<AppModel, 'text'>, files: readonly File[]): void {
  text.setState((state) => takeFilesInto(state.files, files));
}

function takeFilesInto(before: Parameters<typeof takeFiles>[0], files: readonly File[]) {
  const taken = takeFiles(before, files);
  return { files: taken.files, problems: taken.problems };
}

export function attachResults({ text }: Pick<AppModel, 'text'>, resultIds: readonly number[]): void {
  text.setState(({ files }) => ({ files: takeResults(files, resultIds) }));
}

/** The next request goes on from this answer. */
export function continueFrom({ text }: Pick<AppModel, 'text'>, answer: AnswerRow): void {
  text.setState({ after: { jobId: answer.jobId, prompt: answer.prompt } });
  document.getElementById(PROMPT_ID)?.focus();
}

/** Puts a request of this window back into the composer as it was asked. */
export function takeUp(
  { text }: Pick<AppModel, 'text'>,
  { prompt, model, settings, files, after }: TextAsking,
): void {
  changeTextDraft(text, { prompt, model, settings });
  text.setState({ files, after, problems: [] });
  document.getElementById(PROMPT_ID)?.focus();
}

/** The same of one of the history. */
export async function takeUpAsked(
  { text, backend }: Pick<AppModel, 'text' | 'backend'>,
  jobId: number,
): Promise<void> {
  try {
    const asked = await backend.client.text.asked({ jobId });
    const { prompt, model, continues } = asked;
    const { files, problems } = takeAsked(jobId, asked.files);
    changeTextDraft(text, { prompt, model, settings: settingsOf(asked, text.getState().draft.settings) });
    text.setState({
      files,
      problems,
      after: continues === null ? null : { jobId, prompt: continues, isBefore: true },
    });
    document.getElementById(PROMPT_ID)?.focus();
  } catch (error) {
    text.setState({ problems: [sentenceOf(error)] });
  }
}

const PAGE = 100;
/** The border answers so many at once. */
const MOST_AT_ONCE = 500;

/** Reads the newest of the history again, as far as they were shown. Only the latest question is answered. */
export async function loadHistory(model: AppModel, search?: string): Promise<void> {
  const { text, backend } = model;
  const before = text.getState().history;
  const asked = search ?? before.search;
  if (search !== undefined) {
    text.setState({ history: { ...before, search } });
  }
  const isSame = asked === before.search;
  const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, isSame ? before.answers.length : 0));
  try {
    const { total, answers } = await backend.client.text.history({ offset: 0, limit, search: asked });
    if (text.getState().history.search === asked) {
      text.setState({ history: { search: asked, total, answers, sentence: null, isKnown: true } });
    }
  } catch (error) {
    text.setState(({ history }) => ({ history: { ...history, sentence: sentenceOf(error) } }));
  }
}

export async function loadMoreHistory({ text, backend }: AppModel): Promise<void> {
  const { search, answers } = text.getState().history;
  try {
    const more = await backend.client.text.history({ search, offset: answers.length, limit: PAGE });
    const known = new Set(answers.map(({ jobId }) => jobId));
    text.setState(({ history }) =>
      history.search === search
        ? {
            history: {
              ...history,
              total: more.total,
              answers: [...history.answers, ...more.answers.filter(({ jobId }) => !known.has(jobId))],
            },
          }
        : {},
    );
  } catch (error) {
    text.setState(({ history }) => ({ history: { ...history, sentence: sentenceOf(error) } }));
  }
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
