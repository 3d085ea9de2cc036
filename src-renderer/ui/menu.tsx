/** A button with a menu in a native popover, placed under the button; arrows move, Esc closes. */
import { ChevronDown } from 'lucide-react';
import { useId, useRef } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { actOf } from '../keys/key-line';
import { MENU_KEYS } from '../keys/window-keys';
import { Keys } from './keys';

export interface MenuItem {
  readonly label: string;
  /** Which it is, where its label changes while the menu is open; absent: its label. */
  readonly name?: string;
  readonly hint?: string;
  /** The press that does the same. */
  readonly keys?: string;
  /** Takes something away. */
  readonly isDanger?: boolean;
  onSelect(): void;
}

/** What a key does too, in a menu as long as it can be done; null: it cannot now, and is no entry. */
export function itemFor(
  label: string,
  keys: string,
  onSelect: (() => void) | null,
  hint?: string,
): readonly MenuItem[] {
  return onSelect === null ? [] : [{ label, keys, onSelect, ...(hint === undefined ? {} : { hint }) }];
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly isDisabled?: boolean;
  /** Shown instead of the label, which then is only spoken. */
  readonly icon?: ReactNode;
  readonly isSmall?: boolean;
  /** -1: outside the tab order, where a row is reached by arrows. */
  readonly tabIndex?: number;
}

export function MenuButton({ label, items, isDisabled = false, icon, ...look }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const isIcon = icon !== undefined;
  return (
    <>
      <button
        aria-haspopup="menu"
        aria-label={isIcon ? label : undefined}
        className={`btn${look.isSmall === true ? ' small' : ''}${isIcon ? ' ghost icon' : ''}`}
        disabled={isDisabled}
        popoverTarget={id}
        ref={button}
        tabIndex={look.tabIndex}
        title={isIcon ? label : undefined}
        type="button"
      >
        {icon ?? (
          <>
            {label}
            <ChevronDown aria-hidden="true" size={14} />
          </>
        )}
      </button>
      <MenuList button={button} id={id} items={items} label={label} />
    </>
  );
}

interface MenuListProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly button: RefObject<HTMLButtonElement | null>;
}

function MenuList({ id, label, items, button }: MenuListProps) {
  const menu = useRef<HTMLDivElement>(null);
  return (
    <div
      aria-label={label}
      className="menu"
      id={id}
      onKeyDown={moveFocus}
      onToggle={(event) => {
        if (event.newState === 'open') {
          place(menu.current, button.current);
        }
      }}
      popover="auto"
      ref={menu}
      role="menu"
    >
      {items.map((item) => (
        <button
          className={item.isDanger === true ? 'danger' : undefined}
          key={item.name ?? item.label}
          onClick={() => {
            menu.current?.hidePopover();
            item.onSelect();
          }}
          role="menuitem"
          type="button"
        >
          <span className="grow">{item.label}</span>
          {item.hint !== undefined && <span className="hint">{item.hint}</span>}
          {item.keys !== undefined && <Keys press={item.keys} />}
        </button>
      ))}
    </div>
  );
}

const MARGIN = 8;
const GAP = 4;

/** Under the button, or above it where there is no room below. */
function place(menu: HTMLElement | null, button: HTMLElement | null): void {
  const anchor = button?.getBoundingClientRect();
  if (anchor === undefined || menu === null) {
    return;
  }
  const { offsetWidth, offsetHeight } = menu;
  const below = anchor.bottom + GAP;
  const isRoom = below + offsetHeight <= window.innerHeight - MARGIN;
  menu.style.top = `${isRoom ? below : Math.max(MARGIN, anchor.top - offsetHeight - GAP)}px`;
  menu.style.left = `${Math.max(MARGIN, Math.min(anchor.left, window.innerWidth - offsetWidth - MARGIN))}px`;
  menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  // What holds the menu (a row, a list) has arrow keys of its own.
  event.stopPropagation();
  const act = actOf(MENU_KEYS, event);
  if (act === undefined) {
    return;
  }
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item === document.activeElement);
  items.at((at + (act === 'next' ? 1 : -1) + items.length) % items.length)?.focus();
}
