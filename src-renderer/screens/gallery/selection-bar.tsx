/** What can be done with the selected results, and with all that the filter finds. */
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { useModel } from '../../state/app-model';
import { clear, countSelected } from '../../state/gallery-selection';
import { formatCount } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { createGalleryActions } from './gallery-actions';
import { Keys } from '../../ui/keys';

export function SelectionBar() {
  const model = useModel();
  const { gallery } = model;
  const { selection, answer, query } = useStore(gallery.store);
  const count = countSelected(selection);
  if (count === 0) {
    return null;
  }
  const isAll = selection.chosen.kind === 'matching';
  return (
    <div aria-label="Selection" className="selection-bar" role="toolbar">
      <b aria-live="polite" className="num">
        {formatCount(count)} selected
      </b>
      {!isAll && answer !== null && answer.total > count && (
        <button className="link" onClick={gallery.pickMatching} type="button">
          Select all {formatCount(answer.total)} matching
        </button>
      )}
      <button
        aria-keyshortcuts="Escape"
        aria-label="Select none"
        className="btn ghost icon small"
        onClick={() => gallery.select(clear(gallery.store.getState().selection))}
        title="Select none (Esc)"
        type="button"
      >
        <X aria-hidden="true" size={13} />
      </button>
      <span className="grow" />
      {query.place === 'trash' ? <TrashActions /> : <LibraryActions />}
    </div>
  );
}

function LibraryActions() {
  const actions = createGalleryActions(useModel());
  return (
    <>
      <button
        aria-keyshortcuts="p"
        className="btn small"
        onClick={() => actions.verdict('accepted')}
        type="button"
      >
        Accept <Keys press="P" />
      </button>
      <button
        aria-keyshortcuts="x"
        className="btn small"
        onClick={() => actions.verdict('rejected')}
        type="button"
      >
        Reject <Keys press="X" />
      </button>
      <button aria-keyshortcuts="l" className="btn small" onClick={() => actions.open('tag')} type="button">
        Tag… <Keys press="L" />
      </button>
      <button aria-keyshortcuts="r" className="btn small" onClick={() => actions.open('rerun')} type="button">
        Rerun… <Keys press="R" />
      </button>
      <MenuButton
        isSmall
        items={[
          { label: 'Export…', keys: 'Ctrl+E', onSelect: actions.export },
          { label: 'Review these', keys: 'V', onSelect: actions.review },
          { label: 'Compare models blind…', keys: 'B', onSelect: () => actions.open('arena') },
          { label: 'Edit in studio', keys: 'S', onSelect: () => void actions.editInStudio() },
          { label: 'Clear verdicts', keys: 'U', onSelect: () => actions.verdict(null) },
          { label: 'Clear ratings', keys: '0', onSelect: () => actions.rating(null) },
        ]}
        label="More"
      />
      <button
        aria-keyshortcuts="Delete"
        className="btn small danger"
        onClick={() => actions.change({ kind: 'trash' })}
        type="button"
      >
        Delete <Keys press="Del" />
      </button>
    </>
  );
}

function TrashActions() {
  const actions = createGalleryActions(useModel());
  return (
    <button className="btn small" onClick={() => actions.change({ kind: 'restore' })} type="button">
      Restore <Keys press="U" />
    </button>
  );
}

/** What is under way, or why it failed. */
export function WorkBar() {
  const { gallery } = useModel();
  const work = useStore(gallery.store, (state) => state.work);
  switch (work.kind) {
    case 'idle':
      return null;
    case 'failed':
      return (
        <div className="work-bar">
          <Notice
            action={
              <button className="btn small" onClick={gallery.work.dismiss} type="button">
                Dismiss
              </button>
            }
            tone="bad"
          >
            {work.sentence}
          </Notice>
        </div>
      );
    case 'running': {
      const done = work.report?.done ?? 0;
      const total = work.report?.total ?? 0;
      return (
        <div className="work-bar row" role="status">
          <span>{work.title}</span>
          <span className="grow">
            <ProgressBar
              label={work.title}
              segments={[{ tone: 'info', count: done }]}
              settled={done}
              total={total}
            />
          </span>
          <span className="num">
            {formatCount(done)} of {formatCount(total)}
          </span>
          <button className="btn small" onClick={gallery.work.stop} type="button">
            Stop
          </button>
        </div>
      );
    }
  }
}
