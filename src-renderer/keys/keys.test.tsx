/** The tables of keys: what is told is what works, in every place once, and nothing listens beside them. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { KeysSheet } from '../shell/keys-sheet';
import { actOf, pressName } from './key-line';
import type { PressedKey } from './key-line';
import { KEY_SECTIONS } from './key-sections';
import { REVIEW_KEYS } from './review-keys';

afterEach(cleanup);

const press = (key: string, held: Partial<PressedKey> = {}): PressedKey => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('the name of a press', () => {
  it.each([
    [press('p'), 'p'],
    // With Caps Lock.
    [press('P'), 'p'],
    [press('P', { shiftKey: true }), 'Shift+p'],
    [press('Z', { metaKey: true, shiftKey: true }), 'Ctrl+Shift+z'],
    [press('0', { ctrlKey: true, altKey: true }), 'Ctrl+Alt+0'],
    // On some keyboards digits and signs need Shift.
    [press('1', { shiftKey: true }), '1'],
    [press('?', { shiftKey: true }), '?'],
    [press(' '), 'Space'],
    [press('ArrowRight', { shiftKey: true }), 'Shift+ArrowRight'],
  ])('%j is %s', (event, name) => expect(pressName(event)).toBe(name));

  it('finds its act, or none', () => {
    expect(actOf(REVIEW_KEYS, press('X', { shiftKey: true }))).toBe('rejectHere');
    expect(actOf(REVIEW_KEYS, press('x', { altKey: true }))).toBeUndefined();
  });
});

/** What the sheet calls a key that a keyboard has another name for. */
const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  '-': '−',
};

/** A range of digits stands for each of them. */
function isShown(press: string, keys: readonly string[]): boolean {
  const inRange = /^\d$/.test(press) && keys.some((key) => /^\d–\d$/.test(key) || /1–9/.test(key));
  const shown = press
    .split(/\+(?=.)/)
    .map((part) => SIGNS[part] ?? part)
    .join('+');
  return inRange || keys.some((key) => key.toLowerCase() === shown.toLowerCase());
}

describe.each(KEY_SECTIONS)('the keys of $screen', ({ tables }) => {
  it('mean one thing each in a place', () => {
    for (const table of tables) {
      const presses = table.flatMap(({ acts }) => Object.values(acts).flat());
      expect(presses.filter((one, at) => presses.indexOf(one) !== at)).toEqual([]);
    }
  });

  it('are shown as they are pressed', () => {
    const hidden = tables.flat().flatMap(({ intent, keys, acts }) =>
      // The first of each: Ctrl+Shift+Z is what others call Ctrl+Y.
      Object.values(acts)
        .flatMap((presses) => presses.slice(0, 1))
        .filter((one) => !isShown(one, keys))
        .map((one) => `${intent}: ${one}`),
    );
    expect(hidden).toEqual([]);
  });

  it('are all on the sheet', () => {
    render(<KeysSheet onClose={() => undefined} view="gallery" />);
    const told = screen.getAllByRole('term').map((term) => term.textContent);
    for (const { intent } of tables.flat()) {
      expect(told).toContain(intent);
    }
  });
});

it('shows the keys of the present screen first', () => {
  render(<KeysSheet onClose={() => undefined} view="arena" />);
  const heads = screen.getAllByRole('heading', { level: 3 }).map((head) => head.textContent);
  expect(heads.slice(0, 2)).toEqual(['Arena', 'Everywhere']);
  expect(heads).toHaveLength(KEY_SECTIONS.length);
});

it('finds a key by what it does', () => {
  render(<KeysSheet onClose={() => undefined} view="gallery" />);
  fireEvent.change(screen.getByLabelText('Search shortcuts'), { target: { value: 'suspicious' } });
  expect(screen.getAllByRole('term').map((term) => term.textContent)).toEqual([
    'Most suspicious first',
    'Suspicious ones only, or all',
  ]);
});

/**
 * Sources that look at keys themselves: fields that are left by Enter or Esc, keys that are held, and what is told with
 * other words on the sheet. Whatever else a key does stands in a table.
 */
const BESIDE: Readonly<Record<string, string>> = {
  '/canvas/keyboard-hand.ts': 'drawing: MASK_HAND_KEYS tells it',
  '/canvas/mask-stage.tsx': 'drawing: MASK_HAND_KEYS tells it',
  '/canvas/mask-tools.ts': 'brackets by their place: MASK_HAND_KEYS tells them',
  '/compare/compare-bar.tsx': 'a button that is held',
  '/compare/use-compare.ts': 'the end of a held key',
  '/jobs/loupe.tsx': 'the end of a held key',
  '/screens/review/use-review-keys.ts': 'which digit, the end of a held key',
  '/screens/gallery/use-gallery-keys.ts': 'which digit',
  '/keys/key-line.ts': 'the names of presses',
  '/ui/tile-grid.tsx': 'by WALK_KEYS, whatever is held',
  '/screens/gallery/gallery-table.tsx': 'by WALK_KEYS, whatever is held',
  '/screens/runs/answer-table.tsx': 'by WALK_KEYS, whatever is held',
  '/screens/endpoints/keys-table.tsx': 'by KEY_WALK_KEYS, whatever is held',
  '/screens/studio/node-tree.tsx': 'by TREE_WALK_KEYS: see tree-layout.test.ts',
};

/** A field that Enter settles or Esc leaves looks at nothing else. */
const OF_FIELDS = /event\.key [!=]== '(?:Enter|Escape)'/g;

describe('no source', () => {
  const sources = import.meta.glob<string>(
    ['../**/*.ts', '../**/*.tsx', '!../**/*.test.*', '!../testing/**'],
    {
      eager: true,
      query: '?raw',
      import: 'default',
    },
  );

  it('looks at keys beside the tables', () => {
    const found = Object.entries(sources)
      .map(
        ([path, text]) =>
          [path.replace(/^(?:\.\.|\.(?=\/))/, path.startsWith('./') ? '/keys' : ''), text] as const,
      )
      .filter(([, text]) => /\b(?:event|press)\.(?:key|code)\b/.test(text.replaceAll(OF_FIELDS, '')))
      .map(([path]) => path);
    expect(found.toSorted()).toEqual(Object.keys(BESIDE).toSorted());
  });

  it('spells a key that is held with another: Keys and keyWords know the keyboard', () => {
    /** A cap, or a title: where a reader meets them. */
    const SPELT = /<kbd>[^{<]*[+⌘⇧⌥↵]|title=[^\n]*(?:[⌘⇧⌥]|\b(?:Ctrl|Alt|Shift)[ +]\S)/;
    const found = Object.entries(sources).filter(([, text]) =>
      SPELT.test(text.replaceAll(/keyWords\('[^']*'\)/g, '')),
    );
    expect(found.map(([path]) => path)).toEqual([]);
  });
});
