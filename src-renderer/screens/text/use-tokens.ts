/** Tokens in the prompt, put where the caret stands. */
import type { Medium } from '@shared/model/text';
import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { useModel } from '../../state/app-model';
import { changeTextDraft } from '../../state/text';
import { useText } from './use-text';

/** Where the next change of the prompt leaves the caret: React puts it at the end of a value set from outside. */
interface Caret {
  at: number | null;
}

export function useTokens(area: RefObject<HTMLTextAreaElement | null>): (medium: Medium) => void {
  const { text } = useModel();
  const prompt = useText((state) => state.draft.prompt);
  const caret = useRef<Caret>({ at: null });
  useLayoutEffect(() => {
    const { at } = caret.current;
    if (at !== null) {
      area.current?.setSelectionRange(at, at);
      caret.current.at = null;
    }
  }, [prompt, area]);
  return (medium) => {
    const start = area.current?.selectionStart ?? prompt.length;
    const end = area.current?.selectionEnd ?? prompt.length;
    const token = `<${medium}>`;
    caret.current.at = start + token.length;
    area.current?.focus();
    changeTextDraft(text, { prompt: prompt.slice(0, start) + token + prompt.slice(end) });
  };
}
