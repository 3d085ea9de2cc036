/** All keyboard shortcuts, those of the present screen first, with a search field. */
import { useState } from 'react';
import type { KeyLine } from '../keys/key-line';
import { sectionsFor } from '../keys/key-sections';
import type { View } from '../state/ui-store';
import { Dialog } from '../ui/dialog';

interface KeysSheetProps {
  /** What is on screen. */
  readonly view: View['kind'];
  onClose(): void;
}

export function KeysSheet({ view, onClose }: KeysSheetProps) {
  const [query, setQuery] = useState('');
  const sections = sectionsFor(view)
    .map(({ screen, tables }) => ({
      screen,
      lines: tables
        .flat()
        .filter(({ intent, keys }) => matches(`${screen} ${intent} ${keys.join(' ')}`, query)),
    }))
    .filter(({ lines }) => lines.length > 0);
  return (
    <Dialog className="keys-sheet" onClose={onClose} title="Keyboard shortcuts">
      <input
        aria-label="Search shortcuts"
        className="input"
        onChange={(event) => setQuery(event.target.value)}
        placeholder="Search"
        value={query}
      />
      <div className="keys-list">
        {sections.map((section) => (
          <Section key={section.screen} {...section} />
        ))}
      </div>
      {sections.length === 0 && <p className="hint">No shortcut matches.</p>}
      <div className="dialog-foot">
        <button className="btn" onClick={onClose} type="button">
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Section({ screen, lines }: { readonly screen: string; readonly lines: readonly KeyLine[] }) {
  return (
    <section aria-label={screen}>
      <h3>{screen}</h3>
      <dl>
        {lines.map(({ intent, keys }) => (
          <Row intent={intent} key={`${intent} ${keys.join('+')}`} keys={keys} />
        ))}
      </dl>
    </section>
  );
}

function Row({ intent, keys }: { readonly intent: string; readonly keys: readonly string[] }) {
  return (
    <>
      <dt>{intent}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </>
  );
}

function matches(text: string, query: string): boolean {
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}
