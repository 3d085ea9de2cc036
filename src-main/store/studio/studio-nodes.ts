/** Nodes of the studio's trees, joined with the jobs whose answers they show: state and result are told once, there. */
import { join } from 'node:path';
import { z } from 'zod';
import { jobStateSchema } from '@shared/model/run';
import { driftSchema, maskSentAsSchema, pictureRecipeSchema, studioAskSchema } from '@shared/model/studio';
import type { Db } from '../database/driver';
import { failureOf } from '../runs/job-record';
import { type Note, readJson } from '../database/json-column';
import { fromMicroUsd } from '../money';
import type { AnswerOutcome, NewNode, NodeJob, StoredNode } from './studio-store';
import { StoreError } from '../store-error';

const fileSchema = z.object({
  file: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  mimeType: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
});

const originSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['source', 'edited']),
    fileName: z.string(),
    picture: fileSchema,
    notes: z.array(z.string()).optional(),
    recipe: pictureRecipeSchema.optional(),
  }),
  z.object({
    kind: z.literal('result'),
    ask: studioAskSchema,
    variant: z.number().int(),
    mask: fileSchema.optional(),
    maskSentAs: maskSentAsSchema.optional(),
    sentNotes: z.array(z.string()).optional(),
  }),
]);

const outcomeSchema = z.object({
  drift: driftSchema.optional(),
  heatMap: z.string().optional(),
  locked: fileSchema.optional(),
  problem: z.string().optional(),
});

interface NodeRecord {
  readonly id: number;
  readonly tree_id: number;
  readonly parent_id: number | null;
  readonly name: string;
  readonly created_at: number;
  readonly pruned: number;
  readonly origin: string;
  readonly outcome: string | null;
  readonly job_id: number | null;
  readonly run_id: number;
  readonly state: string;
  readonly failure: string | null;
  readonly cost_micro_usd: number | null;
  readonly took_ms: number | null;
  readonly sent_at: number | null;
  readonly output_dir: string;
  readonly result_id: number | null;
  readonly file_name: string;
  readonly mime_type: string;
  readonly width: number;
  readonly height: number;
  readonly size_bytes: number;
  readonly sha256: string;
}

const SELECT = `SELECT n.id, n.tree_id, n.parent_id, n.name, n.created_at, n.pruned, n.origin, n.job_id,
  CASE WHEN n.outcome_result_id IS j.result_id THEN n.outcome END AS outcome,
  j.run_id, j.state, j.failure, j.cost_micro_usd, j.took_ms, runs.output_dir,
  CASE WHEN j.state = 'sent' THEN (
    SELECT sent_at FROM attempts a WHERE a.job_id = j.id ORDER BY a.number DESC LIMIT 1) END AS sent_at,
  r.id AS result_id, r.file_name, r.mime_type, r.width, r.height, r.size_bytes, r.sha256
  FROM studio_nodes n LEFT JOIN jobs j ON j.id = n.job_id LEFT JOIN runs ON runs.id = j.run_id
  LEFT JOIN results r ON r.id = j.result_id`;

export function createNodeTable(db: Db, { wallNow, note }: { wallNow: () => number; note: Note }) {
  const ofTree = db.prepare<NodeRecord>(`${SELECT} WHERE n.tree_id = ? AND n.pruned = 0 ORDER BY n.id`);
  const one = db.prepare<NodeRecord>(`${SELECT} WHERE n.id = ?`);
  const ofJob = db.prepare<NodeRecord>(`${SELECT} WHERE n.job_id = ?`);
  const insert = db.prepare(
    'INSERT INTO studio_nodes (tree_id, parent_id, name, created_at, origin, job_id) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const touchTree = db.prepare('UPDATE studio_trees SET changed_at = ? WHERE id = ?');
  const rename = db.prepare('UPDATE studio_nodes SET name = ? WHERE id = ?');
  const grownFrom = db.prepare<{ id: number }>(
    `WITH RECURSIVE grown (id) AS (
       SELECT id FROM studio_nodes WHERE id = ? AND pruned = 0
       UNION SELECT n.id FROM studio_nodes n JOIN grown g ON n.parent_id = g.id WHERE n.pruned = 0)
     SELECT id FROM grown ORDER BY id`,
  );
  const setPruned = db.prepare('UPDATE studio_nodes SET pruned = ? WHERE id = ?');
  const setOutcome = db.prepare('UPDATE studio_nodes SET outcome = ?, outcome_result_id = ? WHERE id = ?');
  const unfinished = db.prepare<{ id: number }>(
    `SELECT n.id FROM studio_nodes n JOIN jobs j ON j.id = n.job_id
     WHERE j.result_id IS NOT NULL AND n.outcome_result_id IS NOT j.result_id ORDER BY n.id`,
  );

  function toNode(record: NodeRecord): StoredNode | null {
    const what = `Node ${record.id} of the studio`;
    const origin = readJson(record.origin, originSchema, { what, note });
    if (origin === null) {
      return null;
    }
    return {
      id: record.id,
      treeId: record.tree_id,
      parentId: record.parent_id,
      name: record.name,
      createdAt: record.created_at,
      isPruned: record.pruned === 1,
      origin,
      job: jobOf(record),
      outcome: record.outcome === null ? null : readJson(record.outcome, outcomeSchema, { what, note }),
    };
  }

  const nodes = (records: readonly NodeRecord[]): readonly StoredNode[] =>
    records.flatMap((record) => toNode(record) ?? []);

  return {
    ofTree: (treeId: number): readonly StoredNode[] => nodes(ofTree.all(treeId)),
    byId: (ids: readonly number[]): readonly StoredNode[] => nodes(ids.flatMap((id) => one.get(id) ?? [])),
    ofJobs: (ids: readonly number[]): readonly StoredNode[] =>
      nodes(ids.flatMap((id) => ofJob.get(id) ?? [])),
    add(given: readonly NewNode[]): readonly number[] {
      const now = wallNow();
      const ids: number[] = [];
      for (const { treeId, parentId, parentAt, name, origin, jobId } of given) {
        touchTree.run(now, treeId);
        const parent = parentAt === undefined ? parentId : (ids[parentAt] ?? null);
        ids.push(insert.run(treeId, parent, name, now, JSON.stringify(origin), jobId ?? null).lastId);
      }
      return ids;
    },
    rename: (nodeId: number, name: string): boolean => rename.run(name, nodeId).changes > 0,
    prune(nodeId: number): readonly number[] {
      const ids = grownFrom.all(nodeId).map(({ id }) => id);
      ids.forEach((id) => setPruned.run(1, id));
      return ids;
    },
    restore: (ids: readonly number[]): void => ids.forEach((id) => setPruned.run(0, id)),
    setOutcome(nodeId: number, resultId: number, outcome: AnswerOutcome): void {
      if (setOutcome.run(JSON.stringify(outcome), resultId, nodeId).changes === 0) {
        throw new StoreError('NOT_FOUND', `Node ${nodeId} is no longer in the library.`);
      }
    },
    unfinished: (): readonly number[] => unfinished.all().map(({ id }) => id),
  };
}

function jobOf(record: NodeRecord): NodeJob | null {
  if (record.job_id === null) {
    return null;
  }
  const { result_id: resultId } = record;
  return {
    id: record.job_id,
    runId: record.run_id,
    state: jobStateSchema.parse(record.state),
    failure: failureOf(record.failure),
    costUsd: fromMicroUsd(record.cost_micro_usd),
    sentAt: record.sent_at,
    seconds: record.took_ms === null ? null : record.took_ms / 1000,
    result:
      resultId === null
        ? null
        : {
            id: resultId,
            fileName: record.file_name,
            mimeType: record.mime_type,
            width: record.width,
            height: record.height,
            sizeBytes: record.size_bytes,
            sha256: record.sha256,
          },
    path: resultId === null ? null : join(record.output_dir, record.file_name),
  };
}
