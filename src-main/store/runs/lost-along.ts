/**
 * Where rows of a run have moved, requests with an unknown outcome go along: such a job changes places with one that is to
 * ask what it was asked, so that nothing is sent which may have been charged, and what comes of it is its row's. Where none
 * asks that, it makes room for the row that stands there now if it can: it goes to where a row is gone. All that is known of
 * a job goes with it, its attempts too; each is in one place, and in the end as many are unknown as before.
 */
import { ROWS_PER_DATASET } from '../dataset-table';
import type { Db } from '../database/driver';
import { groupOf } from './job-plan';
import { askedOf, IS_ELSEWHERE, lostDigest, rowDigestOf } from './own-instruction';
import { createRestCancelled } from './rest-cancelled';
import type { RunTally } from './run-tally';

export interface LostAlong {
  /** Jobs that are where their rows are by now. */
  readonly moved: number;
  /** Jobs that made room for other rows, whose own are in the input no more. */
  readonly aside: number;
  /** Jobs that stay in the places of other rows: what they were asked waits nowhere. */
  readonly elsewhere: number;
  /** Rows that are no longer there, and left the run with what had been in the other place. */
  readonly gone: number;
}

interface PlaceRecord {
  readonly id: number;
  readonly row: number;
  readonly idx: number;
  readonly position: number;
  readonly stem: string;
  readonly variant: number;
  readonly model_id: number;
  readonly digest: string;
  readonly state: string;
  readonly is_there: number;
}

interface Standing {
  readonly id: number;
  readonly state: string;
  /** With an unknown outcome; null: it waits. */
  readonly asked: string | null;
  /** Its row is gone: it is not in the run. */
  readonly isLeftOut: boolean;
}

interface Place extends Pick<PlaceRecord, 'row' | 'idx' | 'position' | 'stem' | 'variant'> {
  readonly modelId: number;
  /** Digest of what its row asks; null: there is no such row. */
  readonly asks: string | null;
  readonly before: Standing;
  now: Standing;
}

/** A row of an input that is still being read may yet come. */
const IS_THERE = `(EXISTS (SELECT 1 FROM dataset_rows d WHERE d.row_key = n.dataset_id * ${ROWS_PER_DATASET} + j.row)
  OR NOT EXISTS (SELECT 1 FROM datasets s WHERE s.id = n.dataset_id AND s.importing = 0))`;
const PLACES = `SELECT j.id, j.row, j.idx, j.position, j.stem, j.variant, j.model_id, j.digest, j.state, ${IS_THERE} AS is_there
  FROM jobs j CROSS JOIN runs n ON n.id = j.run_id WHERE j.run_id = ?1`;

export function createLostAlong(db: Db, tally: RunTally) {
  const lostPlaces = db.prepare<PlaceRecord>(
    `${PLACES} AND j.state = 'unknown' AND (${IS_ELSEWHERE} OR NOT ${IS_THERE}) ORDER BY j.position`,
  );
  const waitingPlaces = db.prepare<PlaceRecord>(
    // One that somebody gave an instruction of its own is asked for by that.
    `${PLACES} AND j.state IN ('pending', 'cancelled') AND j.position >= 0 AND j.instruction IS NULL
       AND j.digest IN (SELECT value FROM json_each(?2)) ORDER BY j.position`,
  );
  const gonePlaces = db.prepare<PlaceRecord>(
    `${PLACES} AND j.position < 0 AND j.state = 'cancelled' AND NOT ${IS_THERE} ORDER BY j.row`,
  );
  const write = createPlaceWriter(db, tally);

  return (runId: number): LostAlong => {
    const lost = lostPlaces.all(runId).map(toPlace);
    if (lost.length === 0) {
      return { moved: 0, aside: 0, elsewhere: 0, gone: 0 };
    }
    const free = createFree(lost);
    const asks = [...new Set(lost.map(({ before }) => rowAskedOf(before)))];
    for (const record of waitingPlaces.iterate(runId, JSON.stringify(asks))) {
      free.addWaiting(toPlace(record));
    }
    const moved = settle(lost, free);
    const strangers = lost.filter(isTaken);
    const left = strangers.length === 0 ? [] : makeRoom(strangers, gonePlaces.iterate(runId));
    const gone = write(runId, [...free.all, ...left]);
    return { moved, aside: left.length, elsewhere: lost.filter(isTaken).length, gone };
  };
}

const rowAskedOf = ({ asked }: Standing): string => rowDigestOf(asked ?? '');
/** By a job that was asked what its row does not ask. */
const isTaken = ({ asks, now }: Place): boolean =>
  now.asked !== null && asks !== null && rowAskedOf(now) !== asks;

function toPlace({ id, state, digest, model_id, is_there, ...place }: PlaceRecord): Place {
  const asked = state === 'unknown' ? askedOf(digest) : null;
  const standing = { id, state, asked, isLeftOut: place.position < 0 };
  const asks = is_there === 1 ? rowDigestOf(digest) : null;
  return { ...place, modelId: model_id, asks, before: standing, now: standing };
}

type Free = ReturnType<typeof createFree>;

/** Places that a lost job may take: of jobs that wait, and of other lost ones. */
function createFree(lost: readonly Place[]) {
  const all: Place[] = [...lost];
  const byAsk = new Map<string, Place[]>();
  const wanted = new Map<string, number>();
  const found = new Map<string, number>();
  const keyOf = (modelId: number, ask: string | null): string => `${modelId} ${ask ?? ''}`;
  const enter = (place: Place): void => {
    const key = keyOf(place.modelId, place.asks);
    byAsk.set(key, byAsk.get(key) ?? []);
    byAsk.get(key)?.push(place);
  };
  for (const { modelId, before } of lost) {
    const key = keyOf(modelId, rowAskedOf(before));
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  lost.forEach(enter);
  return {
    all,
    /** Of rows that all ask the same there may be a million: as many as may be needed. */
    addWaiting(place: Place): void {
      const key = keyOf(place.modelId, place.asks);
      const alike = `${key} ${place.variant}`;
      const count = (found.get(alike) ?? 0) + 1;
      if (count <= (wanted.get(key) ?? 0)) {
        found.set(alike, count);
        all.push(place);
        enter(place);
      }
    },
    /** Its own where that asks for it, else a waiting one before others, of the same variant before others. */
    take(own: Place): Place | undefined {
      const key = keyOf(own.modelId, rowAskedOf(own.now));
      const there = byAsk.get(key) ?? [];
      const worth = (place: Place): number =>
        place === own ? 4 : (place.now.asked === null ? 2 : 0) + (place.variant === own.variant ? 1 : 0);
      let best = there[0];
      for (const place of there) {
        best = best === undefined || worth(place) > worth(best) ? place : best;
      }
      if (best !== undefined) {
        there.splice(there.indexOf(best), 1);
      }
      return best;
    },
  };
}

/** Each change brings a lost job home for good: who has to leave for it is looked at in its turn. Answers how many. */
function settle(lost: readonly Place[], free: Free): number {
  const placeOf = new Map(lost.map((place) => [place.before.id, place]));
  let moved = 0;
  for (const { before } of lost) {
    const own = placeOf.get(before.id);
    const home = own === undefined ? undefined : free.take(own);
    if (own !== undefined && home !== undefined) {
      moved += 1;
      placeOf.set(home.now.id, own);
      [own.now, home.now] = [home.now, own.now];
    }
  }
  return moved;
}

/** The jobs of rows that are gone come in for them, and are to ask what stands there. Answers the places that they had. */
function makeRoom(taken: readonly Place[], gone: Iterable<PlaceRecord>): readonly Place[] {
  const open = [...taken];
  const left: Place[] = [];
  for (const record of gone) {
    const at = open.findIndex(({ modelId }) => modelId === record.model_id);
    const [own] = at < 0 ? [] : open.splice(at, 1);
    if (own !== undefined) {
      const place = toPlace(record);
      [own.now, place.now] = [place.now, own.now];
      left.push(place);
    }
    if (open.length === 0) {
      break;
    }
  }
  return left;
}

function createPlaceWriter(db: Db, tally: RunTally) {
  // No two jobs are in one place at any moment.
  const lift = db.prepare('UPDATE jobs SET row = -1 - id WHERE id = ?');
  const put = db.prepare(
    'UPDATE jobs SET row = ?, idx = ?, position = ?, stem = ?, variant = ?, digest = ? WHERE id = ?',
  );
  const askAnew = db.prepare(
    'UPDATE jobs SET retries_used = 0, failure = NULL, instruction = NULL, misfit_id = NULL, trashed_at = NULL WHERE id = ?',
  );
  const enter = db.prepare('UPDATE jobs SET state = ? WHERE id = ?');
  const rest = createRestCancelled(db);
  const leave = db.prepare(`UPDATE jobs SET state = 'cancelled' WHERE id = ?`);
  const lastPosition = db.prepare<{ position: number }>(
    'SELECT max(position) AS position FROM jobs WHERE run_id = ?',
  );
  const unsettle = db.prepare('UPDATE runs SET positions_settled = 0 WHERE id = ?');
  // Also where the digest stays: cells that nothing reads are another row's.
  const noteWords = db.prepare('INSERT OR IGNORE INTO gallery_stale (job_id) VALUES (?)');

  /** Answers how many rows left the run. */
  return (runId: number, places: readonly Place[]): number => {
    const changed = places.filter(({ before, now }) => now !== before);
    changed.forEach(({ now }) => lift.run(now.id));
    const gone = new Set<number>();
    const state = rest.stateOfNew(runId);
    let last = lastPosition.get(runId)?.position ?? 0;
    for (const { now, row, idx, position: before, stem, variant, asks } of changed) {
      const isGone = asks === null && now.asked === null;
      // One that made room is in the run still, behind all others.
      const position = before < 0 ? (last += 1) : before;
      const digest =
        now.asked === null ? (asks ?? '') : asks === null ? now.asked : lostDigest(asks, now.asked);
      put.run(row, idx, isGone ? -1 : position, stem, variant, digest, now.id);
      noteWords.run(now.id);
      if (now.asked === null) {
        askAnew.run(now.id);
      }
      if (isGone) {
        leave.run(now.id);
        tally.leave(groupOf(runId, now.state, null));
        gone.add(row);
      } else if (now.isLeftOut && now.asked === null) {
        enter.run(state, now.id);
        tally.enter({ runId, state, failureKind: null });
      }
    }
    if (gone.size > 0 || changed.some(({ position }) => position < 0)) {
      unsettle.run(runId);
    }
    return gone.size;
  };
}
