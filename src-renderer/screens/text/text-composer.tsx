/** The request being put together: files, words, model, and the one button that sends it. */
import type { Medium } from '@shared/model/text';
import { X } from 'lucide-react';
import { useRef } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { actOf } from '../../keys/key-line';
import { HISTORY_KEYS } from '../../keys/studio-keys';
import { PROMPT_KEYS } from '../../keys/text-keys';
import { useModel, useUi } from '../../state/app-model';
import { isPanelShown, setPanel } from '../../state/ui-store';
import { MEDIA } from '../../state/attachments';
import { changeTextDraft } from '../../state/text';
import { whyNotSettings } from '../../state/text-settings';
import { TextModelSelect } from '../../text/text-model-select';
import { AttachmentChips, PickFiles } from './attachment-chips';
import { ANSWERED_ID, PROMPT_ID, sendText } from './text-actions';
import { useTokens } from './use-tokens';
import { askOf, modelOf } from './text-rules';
import { useText, useTextContext } from './use-text';
import { Keys, keyWords } from '../../ui/keys';

export function TextComposer() {
  const model = useModel();
  const context = useTextContext();
  const draft = useText((state) => state.draft);
  const files = useText((state) => state.files);
  const after = useText((state) => state.after);
  const area = useRef<HTMLTextAreaElement>(null);
  const outcome = askOf({ draft, files, after }, context);
  const media = MEDIA.filter((one) => files.some(({ medium }) => medium === one));
  const insert = useTokens(area);
  return (
    <section aria-label="Composer" className="composer text-composer">
      {after !== null && (
        <div className="row text-after">
          <span className="hint">{after.isBefore === true ? 'Asks again after' : 'Continues'}</span>
          <span className="clip">{after.prompt}</span>
          <button
            aria-label="Start a new conversation instead"
            className="btn ghost icon small"
            onClick={() => model.text.setState({ after: null })}
            title="Start a new conversation instead"
            type="button"
          >
            <X aria-hidden="true" size={13} />
          </button>
        </div>
      )}
      <AttachmentChips files={files} />
      <div className="composer-work">
        <PromptField area={area} insert={insert} media={media} prompt={draft.prompt} />
        <div className="composer-send">
          <button
            aria-keyshortcuts="Control+Enter"
            className="btn primary large"
            disabled={outcome.kind === 'refused'}
            onClick={() => void sendText(model)}
            type="button"
          >
            Ask <Keys press="Ctrl+Enter" />
          </button>
          <p className="hint" id="text-why-not" role="status">
            {outcome.kind === 'refused' ? outcome.sentence : ''}
          </p>
        </div>
      </div>
      <div className="composer-settings">
        <TextModelSelect
          choice={modelOf({ draft }, context)}
          className="model text-model"
          onChange={(choice) => changeTextDraft(model.text, { model: choice })}
        />
        <PickFiles />
        <TokenButtons insert={insert} media={media} />
        <span className="grow" />
        <ShapeLink />
      </div>
    </section>
  );
}

interface PromptProps {
  readonly prompt: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** Of the files that are attached. */
  readonly media: readonly Medium[];
  insert(medium: Medium): void;
}

function PromptField({ area, prompt, media, insert }: PromptProps) {
  const model = useModel();
  const walk = useEarlierPrompts(prompt);
  const onKeyDown = (event: KeyboardEvent) => {
    const act = actOf(PROMPT_KEYS, event);
    if (act === undefined) {
      walk(event);
    } else if (act === 'leave') {
      event.preventDefault();
      document.getElementById(ANSWERED_ID)?.focus();
    } else if (media.includes(act)) {
      event.preventDefault();
      insert(act);
    }
  };
  return (
    <div className="composer-text">
      <label className="sr-only" htmlFor={PROMPT_ID}>
        Prompt
      </label>
      <textarea
        aria-describedby="text-why-not"
        aria-keyshortcuts="Control+ArrowUp Control+ArrowDown Control+Enter Escape"
        className="input"
        id={PROMPT_ID}
        maxLength={100_000}
        onChange={(event) => changeTextDraft(model.text, { prompt: event.target.value })}
        onKeyDown={onKeyDown}
        placeholder="Ask anything; drop or paste pictures, sound or video to ask about them"
        ref={area}
        value={prompt}
      />
    </div>
  );
}

/** How far back the arrows go. */
const MOST_EARLIER = 200;

/** Earlier prompts, newest first; what was being written stands before the newest and is come back to. */
function useEarlierPrompts(prompt: string) {
  const { backend, text } = useModel();
  const walk = useRef<{ readonly at: number; readonly written: string; readonly earlier: readonly string[] }>(
    null,
  );
  const step = async (by: number) => {
    let now = walk.current;
    // Someone who has typed since starts anew from what stands there.
    if (now === null || (now.earlier[now.at] ?? now.written) !== prompt) {
      const { answers } = await backend.client.text.history({ offset: 0, limit: MOST_EARLIER, search: '' });
      const earlier = [...new Set(answers.map((answer) => answer.prompt))].filter((one) => one !== prompt);
      now = { at: -1, written: prompt, earlier };
    }
    const at = Math.max(-1, Math.min(now.earlier.length - 1, now.at + by));
    walk.current = { ...now, at };
    changeTextDraft(text, { prompt: now.earlier[at] ?? now.written });
  };
  return (event: KeyboardEvent) => {
    const act = actOf(HISTORY_KEYS, event);
    if (act !== undefined) {
      event.preventDefault();
      step(act === 'earlier' ? 1 : -1).catch(() => undefined);
    }
  };
}

interface TokenProps {
  readonly media: readonly Medium[];
  insert(medium: Medium): void;
}

/** A token stands where a file goes; without any, files go before the words. */
function TokenButtons({ media, insert }: TokenProps) {
  return media.map((medium) => {
    const press = `Ctrl+Alt+${MEDIA.indexOf(medium) + 1}`;
    return (
      <button
        aria-keyshortcuts={press.replace('Ctrl', 'Control')}
        aria-label={`Insert <${medium}> at the cursor`}
        className="chip mono"
        key={medium}
        onClick={() => insert(medium)}
        title={`Marks where the next ${medium} goes (${keyWords(press)}); without tokens, files go before the prompt`}
        type="button"
      >
        {`<${medium}>`}
      </button>
    );
  });
}

/** What shape is asked for, which stands in the panel on the right. */
function ShapeLink() {
  const { ui } = useModel();
  const settings = useText((state) => state.draft.settings);
  const isOpen = useUi((state) => isPanelShown(state, 'right'));
  const words = { text: 'Answers with text', json: 'Answers with JSON', story: 'Answers with a story' };
  const isMissing = whyNotSettings(settings) !== null;
  return isOpen ? null : (
    <button
      aria-expanded={false}
      className={isMissing ? 'btn small danger' : 'btn small'}
      onClick={() => setPanel(ui, 'right', true)}
      type="button"
    >
      {words[settings.shape]}…
    </button>
  );
}
