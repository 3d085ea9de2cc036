/** A text area for a template: chips insert a column at the caret, and `{{` offers the columns that fit. */
import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { COMPLETION_KEYS } from '../../keys/work-keys';
import { completeColumn, completionAt, completionsFor, insertColumn } from './template-editing';
import type { Completion, Edited } from './template-editing';

interface TemplateFieldProps {
  readonly label: string;
  readonly value: string;
  readonly columns: readonly string[];
  readonly placeholder?: string;
  readonly rows?: number;
  onChange(value: string): void;
}

const PLACEHOLDER = 'Add a red hat to {{subject}}, keep the background';
const MOST_SUGGESTIONS = 8;

export function TemplateField(props: TemplateFieldProps) {
  const { label, value, columns, placeholder = PLACEHOLDER, rows = 3, onChange } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  const [typing, setTyping] = useState<Completion | null>(null);
  const [active, setActive] = useState(0);
  const offered = typing === null ? [] : completionsFor(typing.query, columns).slice(0, MOST_SUGGESTIONS);

  // React resets the caret when the value is set from outside; put it where the edit left it.
  useLayoutEffect(() => {
    if (caret.current !== null) {
      area.current?.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  }, [value]);

  function apply(edited: Edited): void {
    caret.current = edited.caret;
    setTyping(null);
    area.current?.focus();
    onChange(edited.text);
  }

  function complete(column: string): void {
    if (typing !== null && area.current !== null) {
      apply(completeColumn(value, { caret: area.current.selectionStart, completion: typing, column }));
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    const chosen = offered[active];
    if (chosen === undefined) {
      return;
    }
    const acts: Readonly<Record<ActOf<typeof COMPLETION_KEYS>, () => void>> = {
      next: () => setActive((active + 1) % offered.length),
      previous: () => setActive((active + offered.length - 1) % offered.length),
      insert: () => complete(chosen),
      none: () => setTyping(null),
    };
    const act = actOf(COMPLETION_KEYS, event);
    if (act !== undefined) {
      event.preventDefault();
      acts[act]();
    }
  }

  return (
    <div className="field template">
      <label htmlFor={id}>{label}</label>
      <textarea
        aria-activedescendant={offered.length > 0 ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        aria-controls={offered.length > 0 ? `${id}-list` : undefined}
        aria-describedby={`${id}-hint`}
        className="input"
        id={id}
        onBlur={() => setTyping(null)}
        onChange={(event) => {
          setActive(0);
          setTyping(completionAt(event.target.value, event.target.selectionStart));
          onChange(event.target.value);
        }}
        onKeyDown={onKeyDown}
        placeholder={placeholder}
        ref={area}
        rows={rows}
        value={value}
      />
      <Suggestions active={active} columns={offered} id={id} onChoose={complete} />
      <InsertChips
        columns={columns}
        hintId={`${id}-hint`}
        onInsert={(column) => {
          const element = area.current;
          const selection = {
            start: element?.selectionStart ?? value.length,
            end: element?.selectionEnd ?? value.length,
          };
          apply(insertColumn(value, selection, column));
        }}
      />
    </div>
  );
}

interface SuggestionsProps {
  readonly id: string;
  readonly columns: readonly string[];
  readonly active: number;
  onChoose(column: string): void;
}

function Suggestions({ id, columns, active, onChoose }: SuggestionsProps) {
  if (columns.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Columns" className="suggestions" id={`${id}-list`} role="listbox">
      {columns.map((column, at) => (
        <li
          aria-selected={at === active}
          id={`${id}-${at}`}
          key={column}
          // The text area keeps the focus, so its selection stays known.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(column);
          }}
          role="option"
        >
          {column}
        </li>
      ))}
    </ul>
  );
}

interface InsertChipsProps {
  readonly columns: readonly string[];
  readonly hintId: string;
  onInsert(column: string): void;
}

function InsertChips({ columns, hintId, onInsert }: InsertChipsProps) {
  return (
    <div className="chips">
      <span className="hint" id={hintId}>
        Insert a column, or type {'{{'}:
      </span>
      {columns.map((column) => (
        <button
          aria-label={`Insert ${column}`}
          className="chip mono"
          key={column}
          onClick={() => onInsert(column)}
          type="button"
        >
          {`{{${column}}}`}
        </button>
      ))}
    </div>
  );
}
