/** What is asked for, in words; Ctrl with up and down walks through what was asked before. */
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { actOf } from '../../keys/key-line';
import { HISTORY_KEYS } from '../../keys/studio-keys';
import { useModel } from '../../state/app-model';
import { INSTRUCTION_ID } from './studio-actions';
import type { StudioView } from './use-studio';

/** How far back the arrows go. */
const MOST_EARLIER = 200;

export function InstructionField({ view }: { readonly view: StudioView }) {
  const { draft, change } = view;
  const onKeyDown = useHistory(view);
  return (
    <div className="composer-text">
      <label className="sr-only" htmlFor={INSTRUCTION_ID}>
        Instruction
      </label>
      <textarea
        aria-describedby="studio-why-not"
        aria-keyshortcuts="Control+ArrowUp Control+ArrowDown Control+Enter"
        className="input"
        id={INSTRUCTION_ID}
        maxLength={100_000}
        onChange={(event) => change({ instruction: event.target.value })}
        onKeyDown={onKeyDown}
        placeholder={
          draft.inputs.length === 0
            ? 'Describe a picture, or bring one in and write what is to be changed'
            : 'What is to be changed? {{name}} makes a blank to fill in'
        }
        value={draft.instruction}
      />
    </div>
  );
}

/** Earlier instructions, newest first; what was being written stands before the newest and is come back to. */
function useHistory({ draft, change }: StudioView) {
  const { backend } = useModel();
  const walk = useRef<{ readonly at: number; readonly written: string; readonly earlier: readonly string[] }>(
    null,
  );
  const step = async (by: number) => {
    let now = walk.current;
    // Someone who has typed since starts anew from what stands there.
    if (now === null || (now.earlier[now.at] ?? now.written) !== draft.instruction) {
      const found = await backend.client.studio.instructions({ search: '', limit: MOST_EARLIER });
      const earlier = found
        .map(({ instruction }) => instruction)
        .filter((text) => text !== draft.instruction);
      now = { at: -1, written: draft.instruction, earlier };
    }
    const at = Math.max(-1, Math.min(now.earlier.length - 1, now.at + by));
    walk.current = { ...now, at };
    change({ instruction: now.earlier[at] ?? now.written });
  };
  return (event: KeyboardEvent) => {
    const act = actOf(HISTORY_KEYS, event);
    if (act !== undefined) {
      event.preventDefault();
      step(act === 'earlier' ? 1 : -1).catch(() => undefined);
    }
  };
}
