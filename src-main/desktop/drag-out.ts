/**
 * Pictures dragged from the page to other programs. The page gets a ticket for files that main looked up by their ids,
 * and hands it back when the drag begins: no path ever comes from it, and none reaches it.
 */
import { randomUUID } from 'node:crypto';

/** Of the newest preparations; a pointer that passes over many pictures prepares many. */
const KEPT = 64;

export interface Drag {
  readonly files: readonly string[];
  /** A PNG. */
  readonly icon: string;
}

export interface DragOut {
  /** Answers a ticket, good until many others were asked for. */
  prepare(files: readonly string[], icon: string): string;
  /** Null: there is no such ticket, or no longer. */
  redeem(ticket: unknown): Drag | null;
}

export function createDragOut(): DragOut {
  const tickets = new Map<string, Drag>();
  return {
    prepare(files, icon) {
      const ticket = randomUUID();
      tickets.set(ticket, { files, icon });
      const [oldest] = tickets.keys();
      if (tickets.size > KEPT && oldest !== undefined) {
        tickets.delete(oldest);
      }
      return ticket;
    },
    // It stays good: a drag that was let go of may begin again.
    redeem: (ticket) => (typeof ticket === 'string' ? (tickets.get(ticket) ?? null) : null),
  };
}
