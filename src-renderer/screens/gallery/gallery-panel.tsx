/** The left panel of the gallery: smart views, the trash, and every facet with its counts. */
import {
  EVERYTHING,
  GALLERY_FACETS,
  type GalleryFacet,
  type SmartView,
  toggled,
} from '@shared/model/gallery';
import { Minus, Trash2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { FACET_KEYS, FACET_WALK_KEYS, VIEW_KEYS } from '../../keys/gallery-keys';
import { actOf } from '../../keys/key-line';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { formatCount, formatShortCount } from '../../ui/format';
import { useListFocus } from '../../ui/use-list-focus';
import { FACET_TITLES } from './gallery-words';
import './gallery.css';
import { keyWords } from '../../ui/keys';

export function GalleryPanel() {
  const { gallery } = useModel();
  const answer = useStore(gallery.store, (state) => state.answer);
  useEffect(() => void gallery.loadViews().catch(() => undefined), [gallery]);
  return (
    <nav aria-label="Views and filters" className="facets" onKeyDown={moveAmongValues}>
      <Views />
      {GALLERY_FACETS.map((facet) => (
        <Facet facet={facet} key={facet} />
      ))}
      {answer !== null && answer.indexing !== null && (
        <p className="side-empty" role="status">
          Building the search index: {formatCount(answer.indexing.done)} of{' '}
          {formatCount(answer.indexing.total)} jobs can be searched so far.
        </p>
      )}
    </nav>
  );
}

function Views() {
  const { gallery } = useModel();
  const list = useRef<HTMLUListElement>(null);
  const focus = useListFocus(list);
  const { views, query, answer } = useStore(gallery.store);
  const shown = JSON.stringify(query);
  const isAll = query.place === 'library' && !views.some((view) => JSON.stringify(view.query) === shown);
  return (
    <>
      <div className="side-head">
        <h2>Views</h2>
        <button
          aria-keyshortcuts="Control+S"
          className="link"
          onClick={() => gallery.store.setState({ dialog: 'saveView' })}
          title={`Save this view (${keyWords('Ctrl+S')})`}
          type="button"
        >
          Save this view…
        </button>
      </div>
      <ul aria-label="Views" onKeyDown={keepFromResults} ref={list} {...focus}>
        <li>
          <button
            aria-current={isAll ? 'true' : undefined}
            className="item view-item"
            onClick={() => gallery.ask({ ...EVERYTHING, sort: query.sort })}
            type="button"
          >
            <span className="clip">Everything</span>
            <small>{answer === null ? '' : formatShortCount(answer.all)}</small>
          </button>
        </li>
        {views.map((view) => (
          <ViewItem isShown={JSON.stringify(view.query) === shown} key={view.id} view={view} />
        ))}
        <li>
          <button
            aria-current={query.place === 'trash' ? 'true' : undefined}
            className="item view-item"
            onClick={() => gallery.ask({ ...EVERYTHING, place: 'trash', sort: query.sort })}
            type="button"
          >
            <span className="clip">
              <Trash2 aria-hidden="true" size={13} /> Trash
            </span>
            <small>{answer === null ? '' : formatShortCount(answer.trashed)}</small>
          </button>
        </li>
      </ul>
    </>
  );
}

function ViewItem({ view, isShown }: { readonly view: SmartView; readonly isShown: boolean }) {
  const { gallery, backend, ui } = useModel();
  async function remove(): Promise<void> {
    await backend.client.gallery.removeView({ viewId: view.id });
    await gallery.loadViews();
    toast(ui, `Removed the view “${view.name}”`, {
      label: 'Undo',
      run: () => void backend.client.gallery.saveView(view).then(() => gallery.loadViews()),
    });
  }
  return (
    <li className="view-row" data-item={view.id}>
      <button
        aria-current={isShown ? 'true' : undefined}
        className="item view-item"
        onClick={() => gallery.ask(view.query)}
        onKeyDown={(event) => {
          if (actOf(VIEW_KEYS, event) === 'remove') {
            event.preventDefault();
            // A key that is held takes one view away, not all that follow.
            if (!event.repeat) {
              void remove();
            }
          }
        }}
        title={view.name}
        type="button"
      >
        <span className="clip">{view.name}</span>
      </button>
      <button
        aria-label={`Remove the view ${view.name}`}
        className="btn ghost icon small"
        onClick={() => void remove()}
        type="button"
      >
        <X aria-hidden="true" size={13} />
      </button>
    </li>
  );
}

/** Pressed among the views, the key that removes one never means the selected results. */
function keepFromResults(event: KeyboardEvent): void {
  if (actOf(VIEW_KEYS, event) === 'remove') {
    event.preventDefault();
  }
}

/** Beyond these, the rest is shown when asked for. */
const FIRST_VALUES = 7;

function Facet({ facet }: { readonly facet: GalleryFacet }) {
  const { gallery } = useModel();
  const counts = useStore(gallery.store, (state) => state.answer?.facets[facet]);
  const choice = useStore(gallery.store, (state) => state.query.facets[facet]);
  const [isOpen, setOpen] = useState(true);
  const [isWhole, setWhole] = useState(false);
  if (counts === undefined || counts.length === 0) {
    return null;
  }
  const shown = isWhole
    ? counts
    : counts.filter(
        ({ value }, at) =>
          at < FIRST_VALUES ||
          choice?.include.includes(value) === true ||
          choice?.exclude.includes(value) === true,
      );
  return (
    <section>
      <div className="side-head">
        <h2>
          <button
            aria-expanded={isOpen}
            className="facet-head folding"
            onClick={() => setOpen(!isOpen)}
            type="button"
          >
            {FACET_TITLES[facet]}
          </button>
        </h2>
      </div>
      {isOpen && (
        <ul aria-label={FACET_TITLES[facet]}>
          {shown.map((count, at) => (
            <FacetItem facet={facet} isFirst={at === 0} key={count.value} {...count} />
          ))}
          {counts.length > shown.length && (
            <li>
              <button className="link facet-more" onClick={() => setWhole(true)} type="button">
                {formatCount(counts.length - shown.length)} more
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

interface FacetItemProps {
  readonly facet: GalleryFacet;
  readonly value: string;
  readonly label: string;
  readonly count: number;
  readonly isFirst: boolean;
}

function FacetItem({ facet, value, label, count, isFirst }: FacetItemProps) {
  const { gallery } = useModel();
  const choice = useStore(gallery.store, (state) => state.query.facets[facet]);
  const isIncluded = choice?.include.includes(value) === true;
  const isExcluded = choice?.exclude.includes(value) === true;
  const mark = (how: 'include' | 'exclude') =>
    gallery.ask(toggled(gallery.store.getState().query, facet, { value, mark: how }));
  return (
    <li className="facet-row">
      <button
        aria-label={`${label}, ${count}${isExcluded ? ', left out' : ''}`}
        aria-pressed={isIncluded}
        className={isExcluded ? 'item facet-value excluded' : 'item facet-value'}
        onClick={(event) => mark(event.altKey ? 'exclude' : 'include')}
        onKeyDown={(event) => {
          if (actOf(FACET_KEYS, event) === 'exclude') {
            event.preventDefault();
            mark('exclude');
          }
        }}
        tabIndex={isFirst ? 0 : -1}
        title={`${label}\nAlt and click, or −: leave out`}
        type="button"
      >
        <span aria-hidden="true" className="facet-mark">
          {isIncluded ? '✓' : isExcluded ? '−' : ''}
        </span>
        <span className="clip">{label}</span>
        <small>{formatShortCount(count)}</small>
      </button>
      <button
        aria-label={`Leave out ${label}`}
        aria-pressed={isExcluded}
        className="btn ghost icon small facet-out"
        onClick={() => mark('exclude')}
        tabIndex={-1}
        title="Leave out"
        type="button"
      >
        <Minus aria-hidden="true" size={13} />
      </button>
    </li>
  );
}

/** Arrows lead from value to value, whatever facet they belong to. */
function moveAmongValues(event: KeyboardEvent<HTMLElement>): void {
  const act = actOf(FACET_WALK_KEYS, event);
  const values = [...event.currentTarget.querySelectorAll<HTMLElement>('.facet-value, .view-item')];
  const at = values.findIndex((value) => value === document.activeElement);
  if (act !== undefined && at >= 0) {
    event.preventDefault();
    values[at + (act === 'next' ? 1 : -1)]?.focus();
  }
}
