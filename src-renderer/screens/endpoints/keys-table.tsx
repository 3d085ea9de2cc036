/** The keys as a grid that draws only the rows in view. Arrows move between rows, Enter opens one, Delete removes it. */
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
import { nextOffset } from '../../ui/tile-grid';
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
  onTest(keyId: string): void;
  onRemove(key: KeyInfo): void;
}

const COLUMNS = [
  ['', 'Key'],
  ['', 'State'],
  ['', 'This minute'],
  ['', 'Today'],
  ['tokens', 'Tokens / min'],
  ['', 'In flight'],
  ['', 'Success'],
  ['', 'p50 / p95'],
  ['', 'Spend'],
] as const;

const ROW_PX = 34;
const NOTED_ROW_PX = 54;

export function KeysTable(props: KeysTableProps) {
  const { view, keys, groups } = props;
  const acts = useRowActs(props);
  const scroller = useRef<HTMLDivElement>(null);
  const [currentId, setCurrentId] = useState<string | null>(null);
  const current = placeOf(keys, currentId);
  const heights = keys.map((key) => (keyReason(key) === '' ? ROW_PX : NOTED_ROW_PX));
  const rows = useRows(scroller, heights);
  const focusSoon = useRowFocus(scroller, keys[current]?.id);
  const now = useNow(rows.items.some((item) => isShownCounting(keys[item.index])));
  const isLocked = useLive((state) => isVaultLocked(state.vault));

  // The current row may be scrolled out of sight, where it is not drawn and cannot be reached: the grid stands in for it.
  const isCurrentAway = !rows.items.some((item) => item.index === current);
  function comeBack(): void {
    focusSoon();
    rows.scrollTo(current);
    setCurrentId(keys[current]?.id ?? null);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const key = keys[current];
    const act = rowActOf(event);
    if (key !== undefined && act !== undefined) {
      event.preventDefault();
      // A key that is held asks once.
      if (!event.repeat) {
        acts[act](key);
      }
      return;
    }
    const next = nextRow(event.key, current, keys.length);
    const target = next === null ? undefined : keys[next];
    if (next !== null && target !== undefined) {
      event.preventDefault();
      focusSoon();
      rows.scrollTo(next);
      setCurrentId(target.id);
    }
  }

  return (
    <div
      aria-colcount={COLUMNS.length + 1}
      aria-label={`Keys of ${view.endpoint.name}`}
      aria-rowcount={keys.length + 1}
      className="keys-grid"
      onFocus={(event) => {
        if (event.target === event.currentTarget && isCurrentAway) {
          comeBack();
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
    </div>
  );
}

type RowAct = ActOf<typeof KEY_ROW_KEYS>;

/** On a row, or on a button of one, which has Enter for itself. */
function rowActOf(event: KeyboardEvent): RowAct | undefined {
  const { target } = event;
  const isOnRow = target instanceof HTMLElement && target.closest('[data-key-id]') !== null;
  const isButtons = isOnRow && event.key === 'Enter' && target.closest('button') !== null;
  return isOnRow && !isButtons ? actOf(KEY_ROW_KEYS, event) : undefined;
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

function useRows(scroller: RefObject<HTMLElement | null>, heights: readonly number[]) {
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
function useRowFocus(scroller: RefObject<HTMLElement | null>, id: string | undefined): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    const row = [...(scroller.current?.querySelectorAll<HTMLElement>('[data-key-id]') ?? [])].find(
      (one) => one.dataset['keyId'] === id,
    );
    if (isWanted.current && row !== undefined) {
      isWanted.current = false;
      row.focus({ preventScroll: true });
    }
  });
  return () => {
    isWanted.current = true;
  };
}
