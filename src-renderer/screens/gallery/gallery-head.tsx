/** The head of the gallery: search, looks, and what is filtered as chips. */
import { EVERYTHING, isEverything, toggled } from '@shared/model/gallery';
import { LayoutGrid, Search, Table2, X } from 'lucide-react';
import { useRef } from 'react';
import { useStore } from 'zustand';
import { SEARCH_KEYS } from '../../keys/gallery-keys';
import { actOf } from '../../keys/key-line';
import { useModel } from '../../state/app-model';
import { SEARCH_FIELD_ID } from './focus-search';
import { Keys } from '../../ui/keys';
import { chipsOf, totalWords } from './gallery-words';

export function GalleryHead() {
  const { gallery } = useModel();
  const { query, answer, look } = useStore(gallery.store);
  return (
    <header className="head gallery-head">
      <div className="row">
        <h1>{query.place === 'trash' ? 'Trash' : 'Gallery'}</h1>
        <span aria-live="polite" className="hint num gallery-total">
          {totalWords(query, answer)}
        </span>
        <SearchField />
        <div aria-label="Look" className="row look" role="group">
          <button
            aria-keyshortcuts="g"
            aria-label="Grid"
            aria-pressed={look === 'grid'}
            className="btn ghost icon"
            onClick={() => gallery.store.setState({ look: 'grid' })}
            title="Grid (G)"
            type="button"
          >
            <LayoutGrid aria-hidden="true" size={15} />
          </button>
          <button
            aria-keyshortcuts="t"
            aria-label="Table"
            aria-pressed={look === 'table'}
            className="btn ghost icon"
            onClick={() => gallery.store.setState({ look: 'table' })}
            title="Table (T)"
            type="button"
          >
            <Table2 aria-hidden="true" size={15} />
          </button>
        </div>
      </div>
      <Chips />
    </header>
  );
}

function SearchField() {
  const { gallery } = useModel();
  const text = useStore(gallery.store, (state) => state.query.text);
  const input = useRef<HTMLInputElement>(null);
  const ask = (next: string) => gallery.ask({ ...gallery.store.getState().query, text: next }, true);
  return (
    <div className="gallery-search grow" role="search">
      <Search aria-hidden="true" size={14} />
      <input
        aria-describedby="gallery-search-hint"
        aria-keyshortcuts="Control+F /"
        aria-label="Search instructions and columns"
        autoComplete="off"
        className="input"
        id={SEARCH_FIELD_ID}
        maxLength={2000}
        onChange={(event) => ask(event.target.value)}
        onKeyDown={(event) => {
          const act = actOf(SEARCH_KEYS, event);
          if (act === 'leave') {
            if (text === '') {
              event.currentTarget.blur();
            } else {
              ask('');
            }
          } else if (act === 'results') {
            event.preventDefault();
            document
              .querySelector<HTMLElement>('[role=grid] [tabindex="0"], [role=grid][tabindex="0"]')
              ?.focus();
          }
        }}
        placeholder='Search: snow "old oak" -night style:ink'
        ref={input}
        spellCheck={false}
        type="search"
        value={text}
      />
      <span className="sr-only" id="gallery-search-hint">
        All words must occur; quotes for a phrase, a minus to exclude a word, column:word to search one
        column.
      </span>
      {text === '' ? (
        <Keys press="/" />
      ) : (
        <button
          aria-label="Clear the search"
          className="btn ghost icon small"
          onClick={() => {
            ask('');
            input.current?.focus();
          }}
          type="button"
        >
          <X aria-hidden="true" size={13} />
        </button>
      )}
    </div>
  );
}

function Chips() {
  const { gallery } = useModel();
  const { query, answer } = useStore(gallery.store);
  const chips = chipsOf(query, answer);
  if (isEverything(query) || chips.length === 0) {
    return null;
  }
  return (
    <div aria-label="Filters" className="chips gallery-chips" role="group">
      {chips.map(({ facet, value, mark, text }) => (
        <button
          aria-label={`Remove the filter ${text}`}
          aria-pressed="true"
          className={mark === 'exclude' ? 'chip out' : 'chip'}
          key={`${facet} ${mark} ${value}`}
          onClick={() => gallery.ask(toggled(query, facet, { value, mark }))}
          type="button"
        >
          {text} <X aria-hidden="true" size={12} />
        </button>
      ))}
      <button
        className="link"
        onClick={() => gallery.ask({ ...EVERYTHING, place: query.place, sort: query.sort })}
        type="button"
      >
        Clear all
      </button>
    </div>
  );
}
