/** All keys, by screen, with a search field. */
import { useState } from 'react';
import { Dialog } from '../ui/dialog';
import { SCREEN_SHORTCUTS, WINDOW_SHORTCUTS } from './shortcuts';
import type { Shortcut } from './shortcuts';

const SECTIONS: readonly { readonly screen: string; readonly shortcuts: readonly Shortcut[] }[] = [
  { screen: 'Everywhere', shortcuts: WINDOW_SHORTCUTS },
  ...SCREEN_SHORTCUTS,
];

export function KeysSheet({ onClose }: { onClose(): void }) {
  const [query, setQuery] = useState('');
  const sections = SECTIONS.map((section) => ({
    ...section,
    shortcuts: section.shortcuts.filter((one) =>
      matches(`${section.screen} ${one.intent} ${one.keys.join(' ')}`, query),
    ),
  })).filter((section) => section.shortcuts.length > 0);
  return (
    <Dialog className="wide" onClose={onClose} title="Keys">
      <input
        aria-label="Search keys"
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
      {sections.length === 0 && <p className="hint">No key does that.</p>}
      <div className="dialog-foot">
        <button className="btn" onClick={onClose} type="button">
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Section({
  screen,
  shortcuts,
}: {
  readonly screen: string;
  readonly shortcuts: readonly Shortcut[];
}) {
  return (
    <section aria-label={screen}>
      <h3>{screen}</h3>
      <dl>
        {shortcuts.map(({ intent, keys }) => (
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
