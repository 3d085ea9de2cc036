/** The instruction of one result, written anew: it is then done again in place. */
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { actOf } from '../keys/key-line';
import { INSTRUCTION_EDITOR_KEYS } from '../keys/review-keys';
import './instruction-editor.css';
import { Keys } from '../ui/keys';

interface InstructionEditorProps {
  readonly text: string;
  onWrite(text: string): void;
  onSend(text: string): void;
  /** Nothing is sent. */
  onCancel(): void;
  /** Another model or size makes a run of its own. */
  onOther?: (() => void) | undefined;
}

export function InstructionEditor({ text, onWrite, onSend, onCancel, onOther }: InstructionEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { length } = field.current?.value ?? '';
    field.current?.focus();
    field.current?.setSelectionRange(length, length);
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    const act = actOf(INSTRUCTION_EDITOR_KEYS, event);
    if (act === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    // What was refused is open again, with the focus, while its key is still held.
    if (event.repeat) {
      return;
    }
    if (act === 'leave') {
      onCancel();
    } else if (text.trim() !== '') {
      onSend(text);
    }
  }

  return (
    <form
      className="instruction-editor"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        onSend(text);
      }}
    >
      <textarea
        aria-label="Instruction of this result"
        className="input"
        onChange={(event) => onWrite(event.target.value)}
        ref={field}
        rows={2}
        value={text}
      />
      <div className="row">
        <button className="btn primary" disabled={text.trim() === ''} type="submit">
          Rerun this one <Keys press="Ctrl+Enter" />
        </button>
        <button className="btn ghost" onClick={onCancel} type="button">
          Cancel <Keys press="Esc" />
        </button>
        <span className="hint grow">
          Applies to this result only. The current picture stays as an earlier version, with its verdict.
        </span>
        {onOther !== undefined && (
          <button className="btn ghost" onClick={onOther} type="button">
            Other model or size…
          </button>
        )}
      </div>
    </form>
  );
}
