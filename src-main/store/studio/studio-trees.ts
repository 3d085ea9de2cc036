/** Trees of the studio; one that was removed keeps its nodes, for the undo. */
import type { Db } from '../database/driver';
import type { StoredTree } from './studio-store';

interface TreeRecord {
  readonly id: number;
  readonly name: string;
  readonly created_at: number;
  readonly changed_at: number;
  readonly removed: number;
  readonly nodes: number;
}

interface CoverRecord {
  readonly id: number;
  readonly result_id: number | null;
  readonly is_locked: number;
}

const COLUMNS = `id, name, created_at, changed_at, removed,
  (SELECT count(*) FROM studio_nodes n WHERE n.tree_id = t.id AND n.pruned = 0) AS nodes`;

export function createTreeTable(db: Db, wallNow: () => number) {
  const all = db.prepare<TreeRecord>(
    `SELECT ${COLUMNS} FROM studio_trees t WHERE removed = 0 ORDER BY changed_at DESC, id DESC`,
  );
  const one = db.prepare<TreeRecord>(`SELECT ${COLUMNS} FROM studio_trees t WHERE id = ?`);
  const insert = db.prepare('INSERT INTO studio_trees (name, created_at, changed_at) VALUES (?, ?, ?)');
  const rename = db.prepare('UPDATE studio_trees SET name = ?, changed_at = ? WHERE id = ?');
  const remove = db.prepare('UPDATE studio_trees SET removed = ? WHERE id = ?');
  /** The newest node that has a picture. */
  const cover = db.prepare<CoverRecord>(
    `SELECT n.id, j.result_id, n.outcome_result_id IS j.result_id AND n.outcome ->> '$.locked.file' IS NOT NULL AS is_locked
     FROM studio_nodes n LEFT JOIN jobs j ON j.id = n.job_id
     WHERE n.tree_id = ? AND n.pruned = 0 AND (n.job_id IS NULL OR j.result_id IS NOT NULL) ORDER BY n.id DESC LIMIT 1`,
  );

  function coverOf(treeId: number): StoredTree['cover'] {
    const found = cover.get(treeId);
    return found === undefined
      ? null
      : {
          nodeId: found.id,
          part: found.is_locked === 1 ? 'locked' : 'picture',
          version: found.result_id ?? 0,
        };
  }

  function toTree(record: TreeRecord): StoredTree {
    return {
      id: record.id,
      name: record.name,
      createdAt: record.created_at,
      changedAt: record.changed_at,
      isRemoved: record.removed === 1,
      nodes: record.nodes,
      cover: coverOf(record.id),
    };
  }

  return {
    all: (): readonly StoredTree[] => all.all().map(toTree),
    one(treeId: number): StoredTree | null {
      const record = one.get(treeId);
      return record === undefined ? null : toTree(record);
    },
    add(name: string): StoredTree {
      const now = wallNow();
      const { lastId } = insert.run(name, now, now);
      return { id: lastId, name, createdAt: now, changedAt: now, isRemoved: false, nodes: 0, cover: null };
    },
    rename: (treeId: number, name: string): boolean => rename.run(name, wallNow(), treeId).changes > 0,
    setRemoved: (treeId: number, isRemoved: boolean): boolean =>
      remove.run(isRemoved ? 1 : 0, treeId).changes > 0,
  };
}
