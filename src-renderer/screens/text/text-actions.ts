/** What the Text screen does: sends, stops, continues, asks again. Everything outlives the screen that started it. */
import { isDemoModel } from '@shared/demo';
import type { TextRequest } from '@shared/contract/text';
import type { AnswerRow } from '@shared/model/text';
import { openVault, withVault } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { takeAsked, takeFiles, takeResults } from '../../state/attachments';
import { sentenceOf } from '../../state/refusal';
import { likelyChoice } from '../../state/served-models';
import { settingsOf } from '../../state/text-settings';
import {
  beginAsking,
  changeTextDraft,
  isAnyLost,
  isUnderWay,
  patchAsking,
  takenBack,
} from '../../state/text';
import type { AskState, Composed, TextAsking, TextShown, TextStore } from '../../state/text';
import { endActions, show, toast } from '../../state/ui-store';
import { loadHistory } from './text-history';
import { askOf } from './text-rules';
import type { AskContext } from './text-rules';

export const PROMPT_ID = 'text-prompt';
export const SEARCH_ID = 'text-search';
export const ATTACH_ID = 'text-attach';
export const ANSWERED_ID = 'text-answered';
/** What a toast puts back. */
const COMPOSER = 'text composer';

/** By the id of the request in this window. */
const stops = new Map<number, AbortController>();

export function askContextNow({ live }: Pick<AppModel, 'live'>): AskContext {
  const state = live.getState();
  return { models: state.models, likely: likelyChoice('text', state) };
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
  endActions(model.ui, COMPOSER);
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

/** What was put together by hand in the composer before can be had back. */
function compose({ text, ui }: Pick<AppModel, 'text' | 'ui'>, composed: Composed): void {
  const { draft, files, after } = text.getState();
  const before: Composed = { draft, files, after };
  text.setState(composed);
  if (isAnyLost(before, composed)) {
    toast(ui, 'Replaced what was in the composer', {
      label: 'Undo',
      of: COMPOSER,
      run: () => {
        text.setState((now) => takenBack(now, { before, after: composed }));
        document.getElementById(PROMPT_ID)?.focus();
      },
    });
  }
  document.getElementById(PROMPT_ID)?.focus();
}

/** Whoever asks again for one after the other means the last, whichever is there first. */
let lastAgain = 0;

/** Puts a request of this window back into the composer as it was asked. */
export function takeUp(
  app: Pick<AppModel, 'text' | 'ui'>,
  { prompt, model, settings, files, after }: TextAsking,
): void {
  lastAgain += 1;
  app.text.setState({ problems: [] });
  compose(app, { draft: { prompt, model, settings }, files, after });
}

/** The same of one of the history. */
export async function takeUpAsked(
  app: Pick<AppModel, 'text' | 'ui' | 'backend'>,
  jobId: number,
): Promise<void> {
  const { text, backend } = app;
  lastAgain += 1;
  const mine = lastAgain;
  try {
    const asked = await backend.client.text.asked({ jobId });
    if (mine === lastAgain) {
      const { prompt, model, continues } = asked;
      const { files, problems } = takeAsked(jobId, asked.files);
      const settings = settingsOf(asked, text.getState().draft.settings);
      text.setState({ problems });
      compose(app, {
        draft: { prompt, model, settings },
        files,
        after: continues === null ? null : { jobId, prompt: continues, isBefore: true },
      });
    }
  } catch (error) {
    if (mine === lastAgain) {
      text.setState({ problems: [sentenceOf(error)] });
    }
  }
}
