/** The ways of an answer out of the library, for buttons and keys alike. Null: it has no such way. */
import type { AnswerRow } from '@shared/model/text';
import { storySchema } from '@shared/story';
import { useModel } from '../state/app-model';
import { show, toast } from '../state/ui-store';
import { useAction } from '../state/use-action';
import { copyText } from '../ui/copy-text';
import { parseJson } from './answer-blocks';

export interface AnswerWays {
  readonly copy: (() => void) | null;
  readonly save: (() => void) | null;
  readonly openStory: (() => void) | null;
  /** Why it could not be saved. */
  readonly sentence: string | null;
}

export function useAnswerOut(row: AnswerRow): AnswerWays {
  const { backend, ui } = useModel();
  const action = useAction();
  const { answer, jobId } = row;
  const sentence = action.error?.sentence ?? null;
  if (answer === undefined) {
    return { copy: null, save: null, openStory: null, sentence };
  }
  return {
    copy() {
      if (copyText(answer.text)) {
        toast(ui, 'Copied the answer');
      }
    },
    save() {
      void action.run(async () => {
        const name = await backend.client.text.saveAnswer({ jobId });
        if (name !== null) {
          toast(ui, `Saved ${name}`);
        }
      });
    },
    openStory: isStory(row) ? () => show(ui, { kind: 'text', storyOf: jobId }) : null,
    sentence,
  };
}

function isStory({ answer }: AnswerRow): boolean {
  if (answer?.mimeType !== 'application/json' || !answer.text.includes('"chapter_list"')) {
    return false;
  }
  const parsed = parseJson(answer.text);
  return parsed.kind === 'json' && storySchema.safeParse(parsed.value).success;
}
