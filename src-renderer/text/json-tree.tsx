/** A JSON value as a tree: each list and object folds. Only text is ever drawn. */
import { useState } from 'react';
import { plural } from '../ui/format';

/** More are shown when asked for: a list of thousands would hold the window up. */
const FIRST_ITEMS = 100;
/** Deeper is folded at first. */
const OPEN_DEPTH = 3;

interface JsonTreeProps {
  readonly value: unknown;
  readonly name?: string;
  readonly depth?: number;
}

export function JsonTree({ value, name, depth = 0 }: JsonTreeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-leaf">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string, unknown])[] = isList
    ? value.map((item: unknown, at) => [String(at), item] as const)
    : Object.entries(value);
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        <Name name={name} />
        <span className="json-sign">{isList ? '[ ]' : '{ }'}</span>
      </div>
    );
  }
  return (
    <details className="json-branch" open={depth < OPEN_DEPTH}>
      <summary>
        <Name name={name} />
        <span className="hint">
          {isList ? plural(entries.length, 'item') : plural(entries.length, 'field')}
        </span>
      </summary>
      <Children depth={depth + 1} entries={entries} isList={isList} />
    </details>
  );
}

interface ChildrenProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly isList: boolean;
  readonly depth: number;
}

function Children({ entries, isList, depth }: ChildrenProps) {
  const [shown, setShown] = useState(FIRST_ITEMS);
  return (
    <ul>
      {entries.slice(0, shown).map(([name, value]) => (
        <li key={name}>
          <JsonTree depth={depth} name={isList ? `${Number(name) + 1}.` : name} value={value} />
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button className="link" onClick={() => setShown(shown + FIRST_ITEMS * 5)} type="button">
            and {plural(entries.length - shown, 'more', 'more')}
          </button>
        </li>
      )}
    </ul>
  );
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : <span className="json-name">{name}</span>;
}

function Leaf({ value }: { readonly value: unknown }) {
  return typeof value === 'string' ? (
    <span className="json-text">{value}</span>
  ) : (
    <span className="json-sign">{JSON.stringify(value)}</span>
  );
}
