/** Blind choices between two answers. A pair holds results, not jobs: what was compared stays what was compared. */
import { join } from 'node:path';
import {
  type ArenaChoice,
  arenaChoiceSchema,
  type ArenaKind,
  arenaKindSchema,
  type OwnChoice,
} from '@shared/model/arena';
import { z } from 'zod';
import type { Access } from './access';
import type { Db, SqlValue } from './database/driver';
import { parseJson } from './database/json-column';
import type { Tables } from './sqlite-store';

/** A done result that may be compared. */
export interface ArenaResult {
  readonly resultId: number;
  readonly jobId: number;
  readonly runId: number;
  readonly row: number;
  readonly index: number;
  readonly variant: number;
  readonly provider: string;
  readonly model: string;
  readonly endpointName: string | null;
}

export interface NewArenaPair {
  readonly left: ArenaSeat;
  readonly right: ArenaSeat;
}

/** A result in a pair, and which of the arena's sides it stands for. */
export interface ArenaSeat {
  readonly resultId: number;
  readonly side: number;
}

export interface NewArena {
  readonly name: string;
  readonly kind: ArenaKind;
  readonly runIds: readonly number[];
  /** Labels, by side. */
  readonly sides: readonly string[];
  /** In the order they are shown. */
  readonly pairs: readonly NewArenaPair[];
}

export interface StoredArena {
  readonly id: number;
  readonly name: string;
  readonly kind: ArenaKind;
  readonly runIds: readonly number[];
  readonly sides: readonly string[];
  readonly createdAt: number;
  readonly isRemoved: boolean;
  readonly pairs: number;
  readonly decided: number;
}

/** A result of a pair, and what is known of it. */
export interface ArenaPicture extends ArenaSeat {
  readonly jobId: number;
  readonly model: string;
  readonly endpointName: string | null;
  /** Of its file, absolute. */
  readonly path: string;
}

export interface StoredArenaPair {
  readonly id: number;
  readonly arenaId: number;
  readonly place: number;
  readonly choice: ArenaChoice | null;
  readonly left: ArenaPicture;
  readonly right: ArenaPicture;
}

/** One result was preferred to another. */
export interface ArenaPreference {
  /** Of the pair. */
  readonly id: number;
  readonly chosenJobId: number;
  readonly rejectedJobId: number;
}

export interface ArenaStore {
  /** Results of these runs that are done, in the order of their rows. */
  arenaResults(runIds: readonly number[]): Promise<readonly ArenaResult[]>;
  /** The same of these jobs alone; those that have no picture are left out. */
  arenaResultsOf(jobIds: readonly number[]): Promise<readonly ArenaResult[]>;
  /** Answers its id. */
  createArena(arena: NewArena): Promise<number>;
  /** Newest first, without those that were removed. */
  arenas(): Promise<readonly StoredArena[]>;
  arena(arenaId: number): Promise<StoredArena | null>;
  /** Its choices stay with it, for whoever puts it back. */
  setArenaRemoved(arenaId: number, isRemoved: boolean): Promise<void>;
  /** Null: there is no such pair, or a result of it is gone. */
  arenaPair(pairId: number): Promise<StoredArenaPair | null>;
  /** The first pair from that place on that nobody has decided (`any`: or has), whose results are there; null: none. */
  arenaPairFrom(arenaId: number, place: number, any: boolean): Promise<StoredArenaPair | null>;
  /** Answers what was chosen before. */
  chooseArenaPair(pairId: number, choice: ArenaChoice | null): Promise<ArenaChoice | null>;
  /**
   * Takes this choice back, unless its pair was decided otherwise since, or else the last of those whose results are
   * there, and answers the pair as it stands then; null: there is none.
   */
  takeArenaChoiceBack(arenaId: number, own?: OwnChoice): Promise<StoredArenaPair | null>;
  /**
   * Pairs that were decided for one of the two, ascending by id, after `afterId`; for exports. Only pairs whose jobs
   * still show what was compared.
   */
  arenaPairs(arenaId: number, afterId: number, limit: number): Promise<readonly ArenaPreference[]>;
  /** All that were chosen, ties and skips too. */
  arenaChoices(arenaId: number): Promise<readonly Pick<StoredArenaPair, 'left' | 'right' | 'choice'>[]>;
}

/** Every method by name, for the store's thread. */
export const ARENA_METHODS = {
  arenaResults: true,
  arenaResultsOf: true,
  createArena: true,
  arenas: true,
  arena: true,
  setArenaRemoved: true,
  arenaPair: true,
  arenaPairFrom: true,
  chooseArenaPair: true,
  takeArenaChoiceBack: true,
  arenaPairs: true,
  arenaChoices: true,
} as const satisfies Record<keyof ArenaStore, true>;

/** Part of the step of migrations.ts that brought the studio. */
export const ARENA_SCHEMA = `
CREATE TABLE arenas (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  run_ids TEXT NOT NULL,
  sides TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

-- left_side, right_side: places in sides. No key to results: one that was written over takes its pairs out of sight.
CREATE TABLE arena_pairs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arena_id INTEGER NOT NULL REFERENCES arenas (id),
  place INTEGER NOT NULL,
  left_result INTEGER NOT NULL,
  left_side INTEGER NOT NULL,
  right_result INTEGER NOT NULL,
  right_side INTEGER NOT NULL,
  choice TEXT,
  decided_at INTEGER
) STRICT;
CREATE UNIQUE INDEX arena_pairs_by_place ON arena_pairs (arena_id, place);
CREATE INDEX arena_pairs_decided ON arena_pairs (arena_id, id) WHERE choice IS NOT NULL;
`;

export function arenaCalls({ db, wallNow }: Tables, { read, write }: Access): ArenaStore {
  const arenas = createArenaTable(db, wallNow);
  const pairs = createPairTable(db, wallNow);
  // A fallback may have asked another model than the job names.
  const resultsWhere = (named: 'run_id' | 'id') =>
    db.prepare<ArenaResult>(
      `SELECT j.result_id AS resultId, j.id AS jobId, j.run_id AS runId, j.row, j.idx AS "index", j.variant, m.provider,
       coalesce(a.model, m.model) AS model, coalesce(a.endpoint_name, j.endpoint_name) AS endpointName
     FROM json_each(?) AS named CROSS JOIN jobs j ON j.${named} = named.value JOIN models m ON m.id = j.model_id
     JOIN results r ON r.id = j.result_id LEFT JOIN attempts a ON a.id = r.attempt_id
     WHERE j.state = 'done' AND j.trashed_at IS NULL AND r.file_name <> '' ORDER BY named.key, j.row, j.variant, j.id`,
    );
  const [ofRuns, ofJobs] = [resultsWhere('run_id'), resultsWhere('id')];
  return {
    arenaResults: read((runIds: readonly number[]) => ofRuns.all(JSON.stringify(runIds))),
    arenaResultsOf: read((jobIds: readonly number[]) => ofJobs.all(JSON.stringify(jobIds))),
    createArena: write((arena: NewArena) => pairs.add(arenas.add(arena), arena.pairs)),
    arenas: read(arenas.all),
    arena: read(arenas.one),
    setArenaRemoved: write(arenas.setRemoved),
    arenaPair: read(pairs.one),
    arenaPairFrom: read(pairs.from),
    chooseArenaPair: write(pairs.choose),
    takeArenaChoiceBack: write(pairs.takeBack),
    arenaPairs: read(pairs.preferences),
    arenaChoices: read(pairs.choices),
  };
}

interface ArenaRecord {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly run_ids: string;
  readonly sides: string;
  readonly created_at: number;
  readonly removed_at: number | null;
  readonly pairs: number;
  readonly decided: number;
}

const runIdsSchema = z.array(z.number());
const sidesSchema = z.array(z.string());

function createArenaTable(db: Db, wallNow: () => number) {
  const insert = db.prepare(
    'INSERT INTO arenas (name, kind, run_ids, sides, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const columns = `a.*, (SELECT count(*) FROM arena_pairs WHERE arena_id = a.id) AS pairs,
    (SELECT count(*) FROM arena_pairs WHERE arena_id = a.id AND choice IS NOT NULL) AS decided`;
  const list = db.prepare<ArenaRecord>(
    `SELECT ${columns} FROM arenas a WHERE removed_at IS NULL ORDER BY id DESC`,
  );
  const find = db.prepare<ArenaRecord>(`SELECT ${columns} FROM arenas a WHERE id = ?`);
  const remove = db.prepare('UPDATE arenas SET removed_at = ? WHERE id = ?');
  return {
    add: ({ name, kind, runIds, sides }: NewArena): number =>
      insert.run(name, kind, JSON.stringify(runIds), JSON.stringify(sides), Math.round(wallNow())).lastId,
    all: (): readonly StoredArena[] => list.all().map(toArena),
    one(arenaId: number): StoredArena | null {
      const record = find.get(arenaId);
      return record === undefined ? null : toArena(record);
    },
    setRemoved: (arenaId: number, isRemoved: boolean): void =>
      void remove.run(isRemoved ? Math.round(wallNow()) : null, arenaId),
  };
}

function toArena(record: ArenaRecord): StoredArena {
  const runIds = parseJson(record.run_ids, runIdsSchema);
  const sides = parseJson(record.sides, sidesSchema);
  return {
    id: record.id,
    name: record.name,
    kind: arenaKindSchema.parse(record.kind),
    runIds: runIds.kind === 'ok' ? runIds.value : [],
    sides: sides.kind === 'ok' ? sides.value : [],
    createdAt: record.created_at,
    isRemoved: record.removed_at !== null,
    pairs: record.pairs,
    decided: record.decided,
  };
}

type Of<Side extends 'left' | 'right'> = {
  readonly [Name in `${Side}_result` | `${Side}_side` | `${Side}_job`]: number;
} & { readonly [Name in `${Side}_model` | `${Side}_dir` | `${Side}_file`]: string } & {
  readonly [Name in `${Side}_endpoint`]: string | null;
};
type PairRecord = Of<'left'> &
  Of<'right'> & {
    readonly id: number;
    readonly arena_id: number;
    readonly place: number;
    readonly choice: string | null;
  };

/** Which model and endpoint made a result, its attempt knows; its job only of the present one. */
function seatSql(side: 'left' | 'right'): { readonly columns: string; readonly joins: string } {
  const [r, j, u, m, a] = ['r', 'j', 'u', 'm', 'a'].map((name) => `${side}_${name}`);
  return {
    columns: `p.${side}_result, p.${side}_side, ${j}.id AS ${side}_job, coalesce(${a}.model, ${m}.model) AS ${side}_model,
      ${u}.output_dir AS ${side}_dir, ${r}.file_name AS ${side}_file,
      coalesce(${a}.endpoint_name, ${j}.endpoint_name) AS ${side}_endpoint`,
    joins: `JOIN results ${r} ON ${r}.id = p.${side}_result JOIN jobs ${j} ON ${j}.id = ${r}.job_id
      JOIN runs ${u} ON ${u}.id = ${j}.run_id JOIN models ${m} ON ${m}.id = ${j}.model_id
      LEFT JOIN attempts ${a} ON ${a}.id = ${r}.attempt_id`,
  };
}

function createPairTable(db: Db, wallNow: () => number) {
  const [left, right] = [seatSql('left'), seatSql('right')];
  const select = (where: string) =>
    db.prepare<PairRecord>(
      `SELECT p.id, p.arena_id, p.place, p.choice, ${left.columns}, ${right.columns}
       FROM arena_pairs p ${left.joins} ${right.joins} WHERE ${where}`,
    );
  const insert = db.prepare(
    `INSERT INTO arena_pairs (arena_id, place, left_result, left_side, right_result, right_side)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  // Where another run has taken the folder over, the file of that name is another model's. What was chosen before counts.
  const selectShown = (where: string) => select(`left_u.replaced = 0 AND right_u.replaced = 0 AND ${where}`);
  const byId = selectShown('p.id = ?');
  const open = selectShown('p.arena_id = ? AND p.place >= ? AND p.choice IS NULL ORDER BY p.place LIMIT 1');
  const any = selectShown('p.arena_id = ? AND p.place >= ? ORDER BY p.place LIMIT 1');
  const preferences = selectShown(
    `p.arena_id = ? AND p.choice IN ('left', 'right') AND p.id > ? AND left_r.current = 1 AND right_r.current = 1
     ORDER BY p.id LIMIT ?`,
  );
  const chosen = select('p.arena_id = ? AND p.choice IS NOT NULL ORDER BY p.id');
  const last = selectShown(
    'p.arena_id = ? AND p.choice IS NOT NULL ORDER BY p.decided_at DESC, p.place DESC LIMIT 1',
  );
  const choiceOf = db.prepare<{ choice: string | null }>('SELECT choice FROM arena_pairs WHERE id = ?');
  const choose = db.prepare('UPDATE arena_pairs SET choice = ?, decided_at = ? WHERE id = ?');
  const first = (statement: typeof byId, ...values: readonly SqlValue[]): StoredArenaPair | null => {
    const record = statement.get(...values);
    return record === undefined ? null : toPair(record);
  };
  return {
    add(arenaId: number, pairs: readonly NewArenaPair[]): number {
      for (const [place, pair] of pairs.entries()) {
        insert.run(arenaId, place, pair.left.resultId, pair.left.side, pair.right.resultId, pair.right.side);
      }
      return arenaId;
    },
    one: (pairId: number) => first(byId, pairId),
    from: (arenaId: number, place: number, isAny: boolean) => first(isAny ? any : open, arenaId, place),
    choose(pairId: number, choice: ArenaChoice | null): ArenaChoice | null {
      const before = choiceOf.get(pairId)?.choice ?? null;
      choose.run(choice, choice === null ? null : Math.round(wallNow()), pairId);
      return before === null ? null : arenaChoiceSchema.parse(before);
    },
    takeBack(arenaId: number, own?: OwnChoice): StoredArenaPair | null {
      const pair = own === undefined ? first(last, arenaId) : first(byId, own.pairId);
      if (pair === null || pair.arenaId !== arenaId) {
        return null;
      }
      if (own !== undefined && pair.choice !== own.choice) {
        return pair;
      }
      const choice = own?.before ?? null;
      choose.run(choice, choice === null ? null : Math.round(wallNow()), pair.id);
      return { ...pair, choice };
    },
    preferences: (arenaId: number, afterId: number, limit: number): readonly ArenaPreference[] =>
      preferences
        .all(arenaId, afterId, limit)
        .map(({ id, choice, left_job, right_job }) =>
          choice === 'left'
            ? { id, chosenJobId: left_job, rejectedJobId: right_job }
            : { id, chosenJobId: right_job, rejectedJobId: left_job },
        ),
    choices: (arenaId: number): readonly StoredArenaPair[] => chosen.all(arenaId).map(toPair),
  };
}

function toPair(record: PairRecord): StoredArenaPair {
  return {
    id: record.id,
    arenaId: record.arena_id,
    place: record.place,
    choice: record.choice === null ? null : arenaChoiceSchema.parse(record.choice),
    left: {
      resultId: record.left_result,
      side: record.left_side,
      jobId: record.left_job,
      model: record.left_model,
      endpointName: record.left_endpoint,
      path: join(record.left_dir, record.left_file),
    },
    right: {
      resultId: record.right_result,
      side: record.right_side,
      jobId: record.right_job,
      model: record.right_model,
      endpointName: record.right_endpoint,
      path: join(record.right_dir, record.right_file),
    },
  };
}
