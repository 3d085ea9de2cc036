/**
 * The schema, as the steps that lead to it: a library made by any earlier version is brought up to date at its next
 * opening. Steps that were released never change. Every SQLite from 3.45 on understands them.
 */

import { ARENA_SCHEMA } from '../arena-store';
import { OUT_OF_TRASH_SCHEMA } from '../gallery/gallery-changes';
import { GALLERY_SCHEMA } from '../gallery/gallery-store';
import { NOTE_WORDS_SCHEMA } from '../gallery/note-words';
import { MAYBE_CHARGED_SCHEMA } from '../journal/maybe-charged';
import { MEASURE_SCHEMA } from '../measure-store';
import { MISFIT_SCHEMA } from '../runs/misfits';
import { ANSWERS_FILE_SCHEMA, NAMED_TABLE_SCHEMA } from '../runs/named-files';
import { EMPTIED_SCHEMA } from '../runs/emptied';
import { REST_CANCELLED_SCHEMA } from '../runs/rest-cancelled';
import { QUIET_FOLDERS_SCHEMA } from '../runs/run-table';
import { SESSION_SCHEMA } from '../studio/session-store';
import { SET_ASIDE_SCHEMA } from '../runs/set-aside';
import { STUDIO_SCHEMA } from '../studio/studio-store';
import { HISTORY_SCHEMA } from '../studio/text-history';
import { TEXT_SCHEMA } from '../runs/text-store';
import { TOKEN_SCHEMA } from '../token-store';
import {
  ASKED_DIGEST_SCHEMA,
  LOST_OR_FAILED_SCHEMA,
  UNFINISHED_SCHEMA,
  WHOSE_FILES_SCHEMA,
} from '../journal/unfinished-files';
import { VERSION_SCHEMA } from '../runs/version-store';

/** 'BFLT': tells our database from any other SQLite file. */
export const APPLICATION_ID = 0x42464c54;

const FIRST = `
CREATE TABLE datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  source_path TEXT,
  base_dir TEXT,
  columns TEXT NOT NULL DEFAULT '[]',
  problems TEXT NOT NULL DEFAULT '[]',
  rows INTEGER NOT NULL DEFAULT 0,
  importing INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT;

-- Keys are dataset id * 2^32 + place among the stored rows, and + number of the row in the file.
CREATE TABLE dataset_rows (
  place_key INTEGER PRIMARY KEY,
  row_key INTEGER NOT NULL UNIQUE,
  idx INTEGER NOT NULL,
  fields TEXT NOT NULL
) STRICT;

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  UNIQUE (provider, model)
) STRICT;

-- The counters are kept with every change of a job, in its transaction.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id),
  recipe TEXT NOT NULL,
  options TEXT NOT NULL,
  output_dir TEXT NOT NULL,
  replaced INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  positions_settled INTEGER NOT NULL DEFAULT 1,
  cost_micro_usd INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  leased INTEGER NOT NULL DEFAULT 0,
  sent INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX runs_by_folder ON runs (output_dir) WHERE replaced = 0;

CREATE TABLE run_failures (
  run_id INTEGER NOT NULL REFERENCES runs (id),
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind)
) STRICT, WITHOUT ROWID;

-- attempts, endpoint_name and took_ms tell of the last attempt; cost_micro_usd is the sum of all.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id),
  position INTEGER NOT NULL,
  row INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  variant INTEGER NOT NULL,
  model_id INTEGER NOT NULL REFERENCES models (id),
  stem TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  retries_used INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  endpoint_name TEXT,
  took_ms INTEGER,
  cost_micro_usd INTEGER,
  result_id INTEGER,
  failure TEXT,
  failure_kind TEXT AS (failure ->> 'kind'),
  failure_text TEXT AS (failure ->> 'message')
) STRICT;
CREATE UNIQUE INDEX jobs_by_ask ON jobs (run_id, row, model_id, variant);
CREATE INDEX jobs_by_position ON jobs (run_id, position);
CREATE INDEX jobs_by_state ON jobs (run_id, state, position);
CREATE INDEX jobs_by_failure ON jobs (run_id, failure_kind, position) WHERE state = 'failed';
CREATE INDEX jobs_by_failure_text ON jobs (run_id, failure_kind, failure_text) WHERE state = 'failed';

-- state: sent, received (file whole under its temporary name), done, failed, lost. AUTOINCREMENT: ids are never reused.
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  number INTEGER NOT NULL,
  endpoint_id TEXT NOT NULL,
  endpoint_name TEXT NOT NULL,
  key_id TEXT,
  key_tail TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'sent',
  ended_at INTEGER,
  took_ms INTEGER,
  file TEXT,
  failure TEXT,
  usage TEXT,
  cost_micro_usd INTEGER
) STRICT;
CREATE INDEX attempts_by_job ON attempts (job_id, number);
CREATE INDEX attempts_received ON attempts (job_id) WHERE state = 'received';

-- current: the result its job shows now, in a run that was not replaced.
CREATE TABLE results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  file_name TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  current INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX results_by_job ON results (job_id);
CREATE INDEX results_current ON results (id) WHERE current = 1;

CREATE TABLE endpoints (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
CREATE TABLE keys (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Limits that survive a restart: what was sent when, what each key was out for, and the log of both. */
const LIMITS = `
ALTER TABLE attempts ADD COLUMN model TEXT;
ALTER TABLE attempts ADD COLUMN body_sent_at INTEGER;
CREATE INDEX attempts_by_time ON attempts (sent_at);

-- Of keys of the environment too, which are in no other table.
CREATE TABLE key_states (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- CASE: only it is sure to look first whether the value can be read at all.
INSERT INTO key_states (id, value) SELECT id, state
  FROM (SELECT id, CASE WHEN json_valid(value) THEN value -> '$.state' END AS state FROM keys) WHERE state IS NOT NULL;
UPDATE keys SET value = CASE WHEN json_valid(value) THEN json_remove(value, '$.state') ELSE value END;

CREATE TABLE quota_groups (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
CREATE TABLE fleet_events (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, value TEXT NOT NULL) STRICT;
`;

/** What durable runs at a million rows need: their place in the queue, and what need not be read or planned again. */
const QUEUE = `
ALTER TABLE runs ADD COLUMN place REAL;
UPDATE runs SET place = id;
ALTER TABLE runs ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET requests = (SELECT coalesce(sum(attempts), 0) FROM jobs WHERE run_id = runs.id);
-- Digest of the recipe, filter and dataset whose jobs are all planned; null: not all are.
ALTER TABLE runs ADD COLUMN planned_digest TEXT;
-- Size, change time and inode of the file a dataset was read from: the same mark, the same file.
ALTER TABLE datasets ADD COLUMN source_mark TEXT;
-- Wall clock in milliseconds: the file was whole, with this hash, then. One that changed later is hashed again.
ALTER TABLE results ADD COLUMN modified_ms INTEGER;
`;

/** Sums of what was sent, so that a session after a million attempts starts as quickly as the first. */
const SUMS = `
-- By the start of the quarter an attempt was sent in. reached: the provider has heard of them. Without a key: ''.
CREATE TABLE sent_quarters (
  quarter INTEGER NOT NULL,
  endpoint_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  requests INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (quarter, endpoint_id, key_id, model)
) STRICT, WITHOUT ROWID;
INSERT INTO sent_quarters
  SELECT a.sent_at / 900000 * 900000, a.endpoint_id, coalesce(a.key_id, ''), coalesce(a.model, m.model), count(*),
    sum(a.failure IS NULL OR (coalesce(a.failure ->> 'bodySent', 1) <> 0 AND a.failure ->> 'kind' <> 'bad_input')),
    coalesce(sum(a.cost_micro_usd), 0)
  FROM attempts a JOIN jobs j ON j.id = a.job_id JOIN models m ON m.id = j.model_id GROUP BY 1, 2, 3, 4;

-- By the start of the minute an attempt ended in.
CREATE TABLE ended_minutes (
  minute INTEGER NOT NULL,
  endpoint_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (minute, endpoint_id, key_id)
) STRICT, WITHOUT ROWID;
INSERT INTO ended_minutes
  SELECT ended_at / 60000 * 60000, endpoint_id, coalesce(key_id, ''), sum(state = 'done'),
    sum(state <> 'done' AND (failure IS NULL OR failure ->> 'kind' <> 'bad_input')), coalesce(sum(cost_micro_usd), 0)
  FROM attempts WHERE ended_at IS NOT NULL GROUP BY 1, 2, 3;

-- When the earliest attempt was sent of those whose last sign of life was in this minute.
CREATE TABLE busy_minutes (minute INTEGER PRIMARY KEY, earliest_sent_at INTEGER NOT NULL) STRICT;
INSERT INTO busy_minutes
  SELECT max(ended_at, coalesce(body_sent_at, ended_at)) / 60000 * 60000, min(sent_at)
  FROM attempts WHERE ended_at IS NOT NULL GROUP BY 1;
CREATE INDEX attempts_open ON attempts (sent_at) WHERE ended_at IS NULL;
`;

/** Verdicts of reviewers, kept with the job whose present result they are about. */
const REVIEWS = `
ALTER TABLE jobs ADD COLUMN review TEXT;
ALTER TABLE jobs ADD COLUMN verdict TEXT AS (review ->> 'verdict');
CREATE INDEX jobs_by_verdict ON jobs (run_id, verdict, position) WHERE state = 'done';
`;

/** The studio and the annotator's tools; each domain owns its tables. */
const STUDIO = [
  // `studio`: a request of the studio, shown there and not among the runs.
  `ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT 'dataset';`,
  // The model's own turn, where a conversation may go on from it.
  `ALTER TABLE results ADD COLUMN turn TEXT;`,
  STUDIO_SCHEMA,
  MEASURE_SCHEMA,
  GALLERY_SCHEMA,
  VERSION_SCHEMA,
  ARENA_SCHEMA,
].join('\n');

/** Text as a job, requests that come one by one, and who may use the service. */
const TEXT = [TEXT_SCHEMA, HISTORY_SCHEMA, SESSION_SCHEMA, TOKEN_SCHEMA].join('\n');

/** What a restart must not forget: answers to be mended, where answers go, files on their way. */
const KEPT = [MISFIT_SCHEMA, ANSWERS_FILE_SCHEMA, UNFINISHED_SCHEMA].join('\n');

/** Triggers that made each step of an attempt cost more than it is worth. */
const STEPS_OF_ATTEMPTS = [LOST_OR_FAILED_SCHEMA, OUT_OF_TRASH_SCHEMA].join('\n');

/** Step n leads from `user_version` n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  LIMITS,
  QUEUE,
  SUMS,
  REVIEWS,
  STUDIO,
  TEXT,
  KEPT,
  WHOSE_FILES_SCHEMA,
  ASKED_DIGEST_SCHEMA,
  STEPS_OF_ATTEMPTS,
  MAYBE_CHARGED_SCHEMA,
  SET_ASIDE_SCHEMA,
  QUIET_FOLDERS_SCHEMA,
  NAMED_TABLE_SCHEMA,
  REST_CANCELLED_SCHEMA,
  EMPTIED_SCHEMA,
  NOTE_WORDS_SCHEMA,
];
