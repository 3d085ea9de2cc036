/** A binary heap of things that are due at a moment: the earliest first, equal moments in the order they came. */

interface Entry<T> {
  readonly dueAt: number;
  readonly order: number;
  readonly item: T;
}

export class DueHeap<T> {
  private readonly entries: Entry<T>[] = [];
  private pushed = 0;

  get size(): number {
    return this.entries.length;
  }

  /** Infinity when empty. */
  get nextDueAt(): number {
    return this.entries[0]?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  peek(): T | undefined {
    return this.entries[0]?.item;
  }

  push(dueAt: number, item: T): void {
    const entry = { dueAt, order: this.pushed, item };
    this.pushed += 1;
    let place = this.entries.length;
    this.entries.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.entries[above];
      if (parent === undefined || !isBefore(entry, parent)) {
        break;
      }
      this.entries[place] = parent;
      place = above;
    }
    this.entries[place] = entry;
  }

  pop(): T | undefined {
    const first = this.entries[0];
    const last = this.entries.pop();
    if (last !== undefined && this.entries.length > 0) {
      this.sink(last);
    }
    return first?.item;
  }

  /** Forgets all others. */
  keep(isKept: (item: T) => boolean): void {
    const kept = this.entries.filter(({ item }) => isKept(item));
    this.entries.length = 0;
    for (const { dueAt, item } of kept.toSorted((one, other) => one.order - other.order)) {
      this.push(dueAt, item);
    }
  }

  private sink(entry: Entry<T>): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const leftEntry = this.entries[left];
      const rightEntry = this.entries[left + 1];
      if (leftEntry === undefined) {
        break;
      }
      const useRight = rightEntry !== undefined && isBefore(rightEntry, leftEntry);
      const below = useRight ? rightEntry : leftEntry;
      if (!isBefore(below, entry)) {
        break;
      }
      this.entries[place] = below;
      place = useRight ? left + 1 : left;
    }
    this.entries[place] = entry;
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
