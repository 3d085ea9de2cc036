/** The instruction of one result, written anew: it is then done again in place. */
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { actOf } from '../keys/key-line';
import { INSTRUCTION_EDITOR_KEYS } from '../keys/review-keys';
import './instruction-editor.css';

interface InstructionEditorProps {
  readonly text: string;
  /** Absent text: nothing is sent. */
  onDone(text?: string): void;
  /** Another model or size makes a run of its own. */
  onOther?: (() => void) | undefined;
}

export function InstructionEditor({ text, onDone, onOther }: InstructionEditorProps) {
  const [now, setNow] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);

  function onKeyDown(event: KeyboardEvent): void {
    const act = actOf(INSTRUCTION_EDITOR_KEYS, event);
    if (act === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (act === 'leave') {
      onDone();
    } else if (now.trim() !== '') {
      onDone(now);
    }
  }

  return (
    <form
      className="instruction-editor"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        onDone(now);
      }}
    >
      <textarea
        aria-label="Instruction of this result"
        className="input"
        onChange={(event) => setNow(event.target.value)}
        ref={field}
        rows={2}
        value={now}
      />
      <div className="row">
        <button className="btn primary" disabled={now.trim() === ''} type="submit">
          Rerun this one <kbd>Ctrl Enter</kbd>
        </button>
        <button className="btn ghost" onClick={() => onDone()} type="button">
          Leave <kbd>Esc</kbd>
        </button>
        <span className="hint grow">
          Only this result is asked so. The present one stays as a version, with its verdict.
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
