/** A JSON Schema being written: numbered lines, what is wrong with it and where, examples to begin with. */
import { useId, useRef } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { plural } from '../ui/format';
import { MenuButton } from '../ui/menu';
import { Mark } from '../ui/pill';
import { formatted, SCHEMA_EXAMPLES, schemaText } from './schema-examples';
import { useSchemaCheck } from './use-schema-check';
import type { PlacedProblem, SchemaCheck } from './use-schema-check';
import './schema-editor.css';

interface SchemaEditorProps {
  readonly value: string;
  /** Lines shown without scrolling. */
  readonly rows?: number;
  onChange(schema: string): void;
}

/** The border takes so much. */
const MOST_CHARACTERS = 200_000;

export function SchemaEditor({ value, rows = 12, onChange }: SchemaEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const check = useSchemaCheck(value);
  return (
    <div className="schema-editor">
      <div className="row">
        <label className="legend grow" htmlFor={id}>
          JSON Schema
        </label>
        <MenuButton
          isSmall
          items={SCHEMA_EXAMPLES.map(({ name, hint, schema }) => ({
            label: name,
            hint,
            onSelect: () => {
              replaceAll(area.current, schemaText(schema), onChange);
            },
          }))}
          label="Examples"
        />
        <button
          className="btn small"
          disabled={value.trim() === '' || formatted(value) === value}
          onClick={() => replaceAll(area.current, formatted(value), onChange)}
          title="Re-indents the schema"
          type="button"
        >
          Format
        </button>
      </div>
      <NumberedText
        area={area}
        bad={badLines(check)}
        describedBy={`${id}-check`}
        id={id}
        onChange={onChange}
        rows={rows}
        value={value}
      />
      <div aria-live="polite" id={`${id}-check`}>
        <CheckWords check={check} onJump={(problem) => jumpTo(area.current, problem)} />
      </div>
    </div>
  );
}

function badLines(check: SchemaCheck): ReadonlySet<number> {
  return new Set(check.kind === 'problems' ? check.problems.flatMap(({ place }) => place?.line ?? []) : []);
}

/** As if it had been typed, so that the editor's own undo takes it back. */
function replaceAll(area: HTMLTextAreaElement | null, text: string, onChange: (text: string) => void): void {
  area?.focus();
  area?.select();
  // The only way into a field that its undo knows of.
  // oxlint-disable-next-line typescript/no-deprecated
  if (
    area === null ||
    typeof document.execCommand !== 'function' ||
    !document.execCommand('insertText', false, text)
  ) {
    onChange(text);
  }
}

function jumpTo(area: HTMLTextAreaElement | null, { place }: PlacedProblem): void {
  if (area === null || place === null) {
    return;
  }
  area.focus();
  area.setSelectionRange(place.offset, Math.min(place.offset + 1, area.value.length));
  const lineHeight = Number.parseFloat(getComputedStyle(area).lineHeight) || 18;
  area.scrollTop = Math.max(0, (place.line - 3) * lineHeight);
}

interface NumberedTextProps extends SchemaEditorProps {
  readonly id: string;
  readonly rows: number;
  readonly bad: ReadonlySet<number>;
  readonly describedBy: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
}

function NumberedText({ id, value, rows, bad, describedBy, area, onChange }: NumberedTextProps) {
  const numbers = useRef<HTMLOListElement>(null);
  const count = value.split('\n').length;
  return (
    <div className="numbered input">
      <ol aria-hidden="true" className="line-numbers" ref={numbers}>
        {Array.from({ length: count }, (_, at) => (
          <li className={bad.has(at + 1) ? 'bad-line' : undefined} key={at}>
            {at + 1}
          </li>
        ))}
      </ol>
      <textarea
        aria-describedby={describedBy}
        aria-invalid={bad.size > 0 || undefined}
        id={id}
        maxLength={MOST_CHARACTERS}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={indent}
        onScroll={(event) => {
          if (numbers.current !== null) {
            numbers.current.scrollTop = event.currentTarget.scrollTop;
          }
        }}
        placeholder='{ "type": "object", … }'
        ref={area}
        rows={rows}
        spellCheck={false}
        value={value}
        wrap="off"
      />
    </div>
  );
}

/** A new line begins where the last one did. Tab stays what leaves the field. */
function indent(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const { value, selectionStart } = event.currentTarget;
  const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
  const deeper = /[{[]\s*$/.test(line) ? '  ' : '';
  const text = `\n${/^ */.exec(line)?.[0] ?? ''}${deeper}`;
  // oxlint-disable-next-line typescript/no-deprecated
  if (
    text !== '\n' &&
    typeof document.execCommand === 'function' &&
    document.execCommand('insertText', false, text)
  ) {
    event.preventDefault();
  }
}

interface CheckWordsProps {
  readonly check: SchemaCheck;
  onJump(problem: PlacedProblem): void;
}

function CheckWords({ check, onJump }: CheckWordsProps) {
  switch (check.kind) {
    case 'blank':
      return (
        <p className="hint">
          An answer that does not fit is asked for once more; if it still does not fit, it fails.
        </p>
      );
    case 'checking':
      return <p className="hint">Checking…</p>;
    case 'fine':
      return (
        <p className="row hint">
          <Mark tone="ok" />
          The schema can be used.
        </p>
      );
    case 'problems':
      return (
        <>
          <p className="row field-error">
            <Mark tone="bad" />
            {plural(check.problems.length, 'problem')}
          </p>
          <ul className="schema-problems">
            {check.problems.map((problem) => (
              <li key={`${problem.path} ${problem.message}`}>
                <ProblemWords onJump={onJump} problem={problem} />
              </li>
            ))}
          </ul>
        </>
      );
  }
}

function ProblemWords({
  problem,
  onJump,
}: {
  readonly problem: PlacedProblem;
  onJump(problem: PlacedProblem): void;
}) {
  const { place, path, message } = problem;
  return (
    <>
      {place !== null && (
        <button className="link num" onClick={() => onJump(problem)} title="Go there" type="button">
          line {place.line}, column {place.column}
        </button>
      )}{' '}
      {path !== '' && !message.includes(path) && <code>{path}</code>} {message}
    </>
  );
}
