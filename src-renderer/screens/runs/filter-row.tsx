/** The filters of a run in one line, however many there are: what has no room is scrolled to, by whoever chooses it. */
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface FilterRowProps {
  /** Another where another filter is chosen. */
  readonly chosen: string;
  readonly children: ReactNode;
}

export function FilterRow({ chosen, children }: FilterRowProps) {
  const row = useRef<HTMLDivElement>(null);
  // Chosen in another place (the failures), too.
  useEffect(() => {
    row.current
      ?.querySelector('[aria-pressed="true"]')
      ?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);
  return (
    <div aria-label="Show" className="chips grow" ref={row} role="group">
      {children}
    </div>
  );
}
