/**
 * The keys as a grid that draws only the rows in view. Arrows move between rows, Enter opens one, Delete removes it. What
 * was in it stays in it, whatever becomes of the row: outside, the same keys mean the whole endpoint.
 */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo, QuotaGroup } from '@shared/model/endpoint';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { KEY_ROW_KEYS } from '../../keys/fleet-keys';
import { isVaultLocked, useLive } from '../../state/app-model';
import type { Action } from '../../state/use-action';
import { formatCount } from '../../ui/format';
import { nextOffset } from '../../ui/tile-grid';
import { useLostFocus } from '../../ui/use-lost-focus';
import { useNow } from '../../ui/use-now';
import { isCounting, keyReason } from './endpoint-words';
import { KeyRow } from './key-row';
import { useKeyControls } from './use-key-controls';

interface KeysTableProps {
  readonly view: EndpointView;
  /** Those that are shown. */
  readonly keys: readonly KeyInfo[];
  readonly groups: readonly QuotaGroup[];
  readonly action: Action;
  readonly isTesting: boolean;
  /** Its key is brought into view and gets the focus, once it is there. */
  readonly wanted: { readonly keyId?: string } | null;
  onTest(keyId: string): void;
  onRemove(key: KeyInfo): void;
  onShowAll(): void;
}

const COLUMNS = [
  ['', 'Key'],
  ['', 'State'],
  ['', 'This minute'],
  ['', 'Today'],
  ['tokens', 'Tokens / min'],
  ['', 'In flight'],
  ['', 'Success'],
  ['latency', 'p50 / p95'],
  ['spend', 'Spend'],
] as const;

const ROW_PX = 34;
const NOTED_ROW_PX = 54;

export function KeysTable(props: KeysTableProps) {
  const { view, keys, groups } = props;
  const acts = useRowActs(props);
  const scroller = useRef<HTMLDivElement>(null);
  const [currentId, setCurrentId] = useState<string | null>(null);
  const current = placeOf(keys, currentId);
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const heights = keys.map((key) => (keyReason(key, isLocked) === '' ? ROW_PX : NOTED_ROW_PX));
  const rows = useRows(scroller, heights);
  const focusSoon = useRowFocus(scroller, keys[current]?.id);
  const now = useNow(rows.items.some((item) => isShownCounting(keys[item.index])));

  // The current row may be scrolled out of sight, where it is not drawn and cannot be reached: the grid stands in for it.
  const isCurrentAway = !rows.items.some((item) => item.index === current);
  function goTo(place: number): void {
    focusSoon();
    rows.scrollTo(place);
    setCurrentId(keys[place]?.id ?? null);
  }
  const held = useHeldRow(scroller, { keys, currentId, goTo });
  useWantedRow(keys, props.wanted, goTo);

  function onKeyDown(event: KeyboardEvent): void {
    const act = rowActOf(event);
    if (act !== undefined) {
      event.preventDefault();
      const key = rowOf(event) === null ? undefined : keys[current];
      // A key that is held asks once.
      if (key !== undefined && !event.repeat) {
        acts[act](key);
      }
      return;
    }
    const next = nextRow(event.key, current, keys.length);
    if (next !== null) {
      event.preventDefault();
      goTo(next);
    }
  }

  return (
    <div
      aria-colcount={COLUMNS.length + 1}
      aria-label={`Keys of ${view.endpoint.name}`}
      aria-rowcount={keys.length + 1}
      className="keys-grid"
      onBlur={held.onBlur}
      onFocus={(event) => {
        held.onFocus(event);
        const isEntered = event.target === event.currentTarget && !held.isKept();
        if (isEntered && isCurrentAway && keys.length > 0) {
          goTo(current);
        }
      }}
      onKeyDown={onKeyDown}
      ref={scroller}
      role="grid"
      tabIndex={isCurrentAway ? 0 : -1}
    >
      <HeadRow />
      <div className="keys-canvas" role="rowgroup" style={{ height: rows.total }}>
        {rows.items.map((item) => {
          const key = keys[item.index];
          return (
            key !== undefined && (
              <KeyRow
                action={props.action}
                apiKey={key}
                groupName={groups.find((group) => group.id === key.groupId)?.name}
                index={item.index}
                isCurrent={item.index === current}
                isLocked={isLocked}
                key={key.id}
                metrics={view.keyMetrics?.[key.id]}
                now={now}
                onFocus={() => setCurrentId(key.id)}
                onRemove={() => props.onRemove(key)}
                onTest={() => props.onTest(key.id)}
                top={item.start}
              />
            )
          );
        })}
      </div>
      {keys.length === 0 && <NoMatch count={view.keys.length} onShowAll={props.onShowAll} />}
    </div>
  );
}

function NoMatch({ count, onShowAll }: { readonly count: number; onShowAll(): void }) {
  return (
    <div role="rowgroup">
      <div role="row">
        <div className="empty" role="gridcell">
          <h2>No key matches</h2>
          <button className="btn" onClick={onShowAll} type="button">
            Show all {formatCount(count)}
          </button>
        </div>
      </div>
    </div>
  );
}

type RowAct = ActOf<typeof KEY_ROW_KEYS>;

function rowOf({ target }: Pick<KeyboardEvent, 'target'>): Element | null {
  return target instanceof Element ? target.closest('[data-key-id]') : null;
}

/** Anywhere in the table; a button has Enter for itself. */
function rowActOf(event: KeyboardEvent): RowAct | undefined {
  const isButtons =
    event.key === 'Enter' && event.target instanceof Element && event.target.closest('button') !== null;
  return isButtons ? undefined : actOf(KEY_ROW_KEYS, event);
}

function useRowActs(props: KeysTableProps): Readonly<Record<RowAct, (key: KeyInfo) => void>> {
  const { edit, togglePause, reset } = useKeyControls(props.action);
  return {
    edit,
    test: ({ id }) => !props.isTesting && props.onTest(id),
    pause: (key) => !props.action.isBusy && togglePause(key),
    reset,
    remove: props.onRemove,
  };
}

/** Where the current row is now; the first one while none was chosen or it is not among those shown. */
function placeOf(keys: readonly KeyInfo[], id: string | null): number {
  const place = keys.findIndex((key) => key.id === id);
  return Math.max(0, place);
}

const isShownCounting = (key: KeyInfo | undefined) => key !== undefined && isCounting(key);

function HeadRow() {
  return (
    <div role="rowgroup" className="keys-head">
      <div aria-rowindex={1} className="key-row" role="row">
        {COLUMNS.map(([className, name]) => (
          <span className={className} key={name} role="columnheader">
            {name}
          </span>
        ))}
        <span role="columnheader">
          <span className="sr-only">Actions</span>
        </span>
      </div>
    </div>
  );
}

const PAGE_ROWS = 10;

/** The same keys as in a grid of tiles, in one column; left and right are the buttons' own. */
function nextRow(key: string, current: number, count: number): number | null {
  return key === 'ArrowLeft' || key === 'ArrowRight'
    ? null
    : nextOffset(key, { current, count, columns: 1, page: PAGE_ROWS });
}

type Scroller = RefObject<HTMLElement | null>;

/** Undefined: it is not drawn. */
function rowElement(scroller: Scroller, id: string | null | undefined): HTMLElement | undefined {
  const rows = scroller.current?.querySelectorAll<HTMLElement>('[data-key-id]') ?? [];
  return [...rows].find((row) => row.dataset['keyId'] === id);
}

function useRows(scroller: Scroller, heights: readonly number[]) {
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const virtual = useVirtualizer({
    count: heights.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heights[index] ?? ROW_PX,
    overscan: 6,
    scrollPaddingStart: ROW_PX,
  });
  const shape = heights.join(' ');
  useLayoutEffect(() => virtual.measure(), [virtual, shape]);
  return {
    items: virtual.getVirtualItems(),
    total: virtual.getTotalSize(),
    scrollTo: (index: number) => virtual.scrollToIndex(index),
  };
}

/** Focuses the current row once it is drawn, after it was asked for: a far row appears only when scrolled to. */
function useRowFocus(scroller: Scroller, id: string | undefined): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    const row = rowElement(scroller, id);
    if (isWanted.current && row !== undefined) {
      isWanted.current = false;
      row.focus({ preventScroll: true });
    }
  });
  return () => {
    isWanted.current = true;
  };
}

function useWantedRow(
  keys: readonly KeyInfo[],
  wanted: KeysTableProps['wanted'],
  goTo: HeldRow['goTo'],
): void {
  const met = useRef<KeysTableProps['wanted']>(null);
  useEffect(() => {
    const place = keys.findIndex(({ id }) => id === wanted?.keyId);
    if (place >= 0 && met.current !== wanted) {
      met.current = wanted;
      goTo(place);
    }
  });
}

interface HeldRow {
  readonly keys: readonly KeyInfo[];
  readonly currentId: string | null;
  goTo(place: number): void;
}

/** A row that leaves takes its focus to the one now at its place. Scrolled out of sight, the grid has it meanwhile. */
function useHeldRow(scroller: Scroller, { keys, currentId, goTo }: HeldRow) {
  const place = useRef(0);
  const isKept = useRef(false);
  const at = keys.findIndex((key) => key.id === currentId);
  const lost = useLostFocus(() => {
    if (at < 0 && keys.length > 0) {
      goTo(Math.min(place.current, keys.length - 1));
      return;
    }
    isKept.current = true;
    (rowElement(scroller, currentId) ?? scroller.current)?.focus({ preventScroll: true });
    isKept.current = false;
  });
  useEffect(() => {
    if (at >= 0) {
      place.current = at;
    }
  }, [at]);
  return { ...lost, isKept: () => isKept.current };
}
