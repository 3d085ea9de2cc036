/** A button with a menu in a native popover, placed under the button; arrows move, Esc closes. */
import { ChevronDown } from 'lucide-react';
import { useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';

export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  onSelect(): void;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly isDisabled?: boolean;
}

export function MenuButton({ label, items, isDisabled = false }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function place(): void {
    const anchor = button.current?.getBoundingClientRect();
    const popover = menu.current;
    if (anchor !== undefined && popover !== null) {
      const width = popover.offsetWidth;
      popover.style.top = `${anchor.bottom + 4}px`;
      popover.style.left = `${Math.max(8, Math.min(anchor.left, window.innerWidth - width - 8))}px`;
      popover.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    }
  }

  return (
    <>
      <button
        aria-haspopup="menu"
        className="btn"
        disabled={isDisabled}
        popoverTarget={id}
        ref={button}
        type="button"
      >
        {label}
        <ChevronDown aria-hidden="true" size={14} />
      </button>
      <div
        aria-label={label}
        className="menu"
        id={id}
        onKeyDown={moveFocus}
        onToggle={(event) => {
          if (event.newState === 'open') {
            place();
          }
        }}
        popover="auto"
        ref={menu}
        role="menu"
      >
        {items.map((item) => (
          <button
            key={item.label}
            onClick={() => {
              menu.current?.hidePopover();
              item.onSelect();
            }}
            role="menuitem"
            type="button"
          >
            <span className="grow">{item.label}</span>
            {item.hint !== undefined && <span className="hint">{item.hint}</span>}
          </button>
        ))}
      </div>
    </>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = STEPS[event.key];
  if (step === undefined) {
    return;
  }
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item === document.activeElement);
  items.at((at + step + items.length) % items.length)?.focus();
}
