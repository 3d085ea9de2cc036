/** All keyboard shortcuts, by screen in columns: what works here and everywhere, then the other screens; with a search field. */
import { useState } from 'react';
import type { KeyLine } from '../keys/key-line';
import { sectionsFor } from '../keys/key-sections';
import type { View } from '../state/ui-store';
import { Dialog } from '../ui/dialog';
import { Keys, keyWords } from '../ui/keys';

interface KeysSheetProps {
  /** What is on screen. */
  readonly view: View['kind'];
  onClose(): void;
}

export function KeysSheet({ view, onClose }: KeysSheetProps) {
  const [query, setQuery] = useState('');
  const found = sectionsFor(view)
    .map(({ screen, views, tables }) => ({
      screen,
      isHere: views.includes(view) || screen === 'Everywhere',
      lines: tables
        .flat()
        .filter(({ intent, keys }) =>
          matches(
            `${screen} ${intent} ${keys.join(' ')} ${keys.map((key) => keyWords(key)).join(' ')}`,
            query,
          ),
        ),
    }))
    .filter(({ lines }) => lines.length > 0);
  const elsewhere = found.filter(({ isHere }) => !isHere);
  return (
    <Dialog className="keys-sheet" onClose={onClose} title="Keyboard shortcuts">
      <input
        aria-label="Search shortcuts"
        className="input"
        onChange={(event) => setQuery(event.target.value)}
        placeholder="Search by what it does, or by key"
        value={query}
      />
      <div aria-label="Shortcuts" className="keys-scroll" role="region" tabIndex={0}>
        <Columns sections={found.filter(({ isHere }) => isHere)} />
        {elsewhere.length > 0 && <p className="keys-elsewhere">On other screens</p>}
        <Columns sections={elsewhere} />
        {found.length === 0 && <p className="hint">No shortcut matches. Try a screen, an act or a key.</p>}
      </div>
      <div className="dialog-foot">
        <button className="btn" onClick={onClose} type="button">
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface Section {
  readonly screen: string;
  readonly lines: readonly KeyLine[];
}

function Columns({ sections }: { readonly sections: readonly Section[] }) {
  return (
    <div className="keys-list">
      {sections.map(({ screen, lines }) => (
        <section aria-label={screen} key={screen}>
          <h3>{screen}</h3>
          <dl>
            {lines.map(({ intent, keys }) => (
              <div key={`${intent} ${keys.join(' ')}`}>
                <dt>{intent}</dt>
                <dd>
                  <Keys press={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

function matches(text: string, query: string): boolean {
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}
