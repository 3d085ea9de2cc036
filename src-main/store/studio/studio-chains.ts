/** Chains of edits that go over a dataset's rows, step by step. */
import type { Db } from '../database/driver';
import type { StoredChain } from './studio-store';

export function createChainTable(db: Db) {
  const insert = db.prepare('INSERT INTO studio_chains (value) VALUES (?)');
  const update = db.prepare('UPDATE studio_chains SET value = ?, is_over = ? WHERE id = ?');
  const open = db.prepare<{ id: number; value: string }>(
    'SELECT id, value FROM studio_chains WHERE is_over = 0 ORDER BY id',
  );
  return {
    add: (value: string): StoredChain => ({ id: insert.run(value).lastId, value, isOver: false }),
    set: ({ id, value, isOver }: StoredChain): void => void update.run(value, isOver ? 1 : 0, id),
    open: (): readonly StoredChain[] => open.all().map(({ id, value }) => ({ id, value, isOver: false })),
  };
}
