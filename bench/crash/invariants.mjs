/**
 * V1 to V6 of docs/architecture.md, as pure functions: each answers how much it looked at and what it found broken. They
 * compare three witnesses that cannot see each other: the database, the folder, and the provider's own ledger.
 */

/**
 * @typedef {import('./remains.mjs').Remains} Remains
 * @typedef {import('./provider.mjs').LedgerEntry} LedgerEntry
 * @typedef {{ looked: number, broken: string[] }} Finding
 */

/**
 * @typedef {object} Scene
 * @property {Remains} remains
 * @property {number} firstRow the number in the prompt of its input 0
 * @property {LedgerEntry[]} ledger of this run's rows only
 * @property {Map<number, string>} promised output file by row, of every job the command line ever printed as done
 * @property {Map<number, string>} known sha256 by row, of every job ever seen done in the database
 * @property {number} priceMicroUsd
 */

/**
 * It reached the provider, for all that is known here.
 * @param {import('./remains.mjs').AttemptRemains} attempt
 */
function hasArrived({ state, bodySent }) {
  return state === 'done' || state === 'received' || (state === 'failed' && bodySent === 1);
}

/**
 * Nobody knows what it cost: it was never heard of again, or its answer came and could not be kept.
 * @param {import('./remains.mjs').AttemptRemains} attempt
 */
function maybePaid({ state, costMicroUsd, bodySent }) {
  return costMicroUsd === null && (state !== 'failed' || bodySent === 1);
}

/**
 * V1: what was acknowledged has a row, a file and a matching hash; what was done once stays as it was.
 * @param {Scene} scene
 * @returns {Finding}
 */
export function acknowledgedIsKept({ remains, promised, known }) {
  const byRow = new Map(remains.jobs.map((job) => [job.row, job]));
  const broken = remains.integrity === 'ok' ? [] : [`the database: ${remains.integrity}`];
  for (const [row, fileName] of promised) {
    const job = byRow.get(row);
    if (job?.state !== 'done' || job.fileName !== fileName) {
      broken.push(`row ${row} was printed as done with ${fileName}, is ${job?.state} with ${job?.fileName}`);
    }
  }
  for (const job of remains.jobs.filter(({ state }) => state === 'done')) {
    if (job.sha256 === null || remains.files.get(job.fileName ?? '') !== job.sha256) {
      broken.push(`row ${job.row} is done, and ${job.fileName} is missing or another`);
    }
  }
  for (const [row, sha256] of known) {
    if (byRow.get(row)?.sha256 !== sha256) {
      broken.push(`row ${row} was done and was done again or lost`);
    }
  }
  return { looked: promised.size + known.size, broken };
}

/**
 * V2: each call the provider saw was written down before; each attempt that ended reached it; the counters add up.
 * @param {Scene} scene
 * @returns {Finding}
 */
export function callsAreCounted({ remains, ledger }) {
  const calls = countBy(ledger, ({ row }) => row);
  const broken = [];
  for (const job of remains.jobs) {
    const seen = calls.get(job.row) ?? 0;
    const arrived = job.attempts.filter(hasArrived).length;
    if (seen > job.attempts.length || seen < arrived) {
      broken.push(
        `row ${job.row}: ${seen} calls, ${job.attempts.length} attempts of which ${arrived} arrived`,
      );
    }
    calls.delete(job.row);
  }
  for (const [row, seen] of calls) {
    broken.push(`row ${row}: ${seen} calls and no job`);
  }
  return { looked: ledger.length, broken: [...broken, ...wrongCounters(remains)] };
}

/** @param {Remains} remains */
function wrongCounters({ run, jobs }) {
  if (run === null) {
    return [];
  }
  const states = countBy(jobs, ({ state }) => state);
  return ['pending', 'leased', 'sent', 'done', 'failed', 'unknown', 'cancelled']
    .filter((state) => run[state] !== (states.get(state) ?? 0))
    .map((state) => `the run counts ${run[state]} ${state}, and ${states.get(state) ?? 0} jobs are`);
}

/**
 * V3: a file with a final name is, byte for byte, a picture the provider made for that row.
 * @param {Scene} scene
 * @returns {Finding}
 */
export function finalNamesAreWhole({ remains, ledger, firstRow }) {
  const rowOf = new Map(ledger.map(({ sha256, row }) => [sha256, row]));
  const finals = [...remains.files].filter(([name]) => !name.endsWith('.part'));
  const broken = finals
    .filter(([name, sha256]) => rowOf.get(sha256) !== firstRow + Number.parseInt(name, 10))
    .map(([name]) => `${name} is no picture that was sent for it`);
  return { looked: finals.length, broken };
}

/**
 * V4: what the journal says it cost is what the provider charged, but for attempts whose cost nobody could know.
 * @param {Scene} scene
 * @returns {Finding}
 */
export function ledgerIsCharged({ remains, ledger, priceMicroUsd }) {
  const calls = countBy(ledger, ({ row }) => row);
  const broken = [];
  let total = 0;
  for (const { row, attempts } of remains.jobs) {
    const noted = attempts.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? 0), 0);
    const missing = (calls.get(row) ?? 0) * priceMicroUsd - noted;
    const unknown = attempts.filter(maybePaid).length * priceMicroUsd;
    total += noted;
    if (missing < 0 || missing > unknown) {
      broken.push(`row ${row}: ${missing} of a millionth dollar not noted, ${unknown} may be unknown`);
    }
  }
  if (remains.run !== null && remains.run['cost_micro_usd'] !== total) {
    broken.push(`the run says ${remains.run['cost_micro_usd']}, its attempts ${total}`);
  }
  return { looked: ledger.length, broken };
}

/**
 * V5: results.jsonl is whole but for its last line; results.csv, where it stands, has one line for each input, in order.
 * @param {Scene & { indexes: readonly number[] | null }} scene `indexes`: those of results.csv
 * @returns {Finding}
 */
export function exportIsInOrder({ remains, indexes }) {
  const lines = remains.jsonl.split('\n').slice(0, -1);
  const broken = lines.filter((line) => !isJson(line)).map((line) => `torn: ${line.slice(0, 60)}`);
  indexes?.forEach((index, at) => {
    if (index !== at) {
      broken.push(`line ${at} of results.csv is of input ${index}`);
    }
  });
  if (indexes !== null && indexes.length !== remains.jobs.length) {
    broken.push(`results.csv has ${indexes.length} lines for ${remains.jobs.length} inputs`);
  }
  return { looked: lines.length + (indexes?.length ?? 0), broken };
}

/**
 * V6: in no window of 60 seconds has an endpoint more requests than it may have, however often the program was started.
 * @param {readonly LedgerEntry[]} ledger of all runs
 * @param {number} rpm
 * @returns {Finding}
 */
export function rateIsKept(ledger, rpm) {
  const broken = [];
  for (const [endpoint, entries] of Map.groupBy(ledger, ({ endpoint: name }) => name)) {
    const times = entries.map(({ at }) => at);
    const most = times.reduce((found, at, last) => {
      const first = times.findIndex((other) => other > at - 60_000);
      return Math.max(found, last - first + 1);
    }, 0);
    if (most > rpm) {
      broken.push(`${endpoint}: ${most} requests within 60 s, ${rpm} allowed`);
    }
  }
  return { looked: ledger.length, broken };
}

/**
 * No row is asked for twice but those that were shown as unknown and sent again by choice.
 * @param {Scene & { chosen: Map<number, number> }} scene `chosen`: how often each row was sent again by choice
 * @returns {Finding}
 */
export function noDuplicates({ ledger, chosen }) {
  const calls = countBy(ledger, ({ row }) => row);
  const broken = [...calls]
    .filter(([row, seen]) => seen > 1 + (chosen.get(row) ?? 0))
    .map(([row, seen]) => `row ${row} was asked for ${seen} times, chosen ${chosen.get(row) ?? 0} times`);
  return { looked: calls.size, broken };
}

/**
 * @template T, K
 * @param {Iterable<T>} items
 * @param {(item: T) => K} keyOf
 * @returns {Map<K, number>}
 */
export function countBy(items, keyOf) {
  const counts = new Map();
  for (const item of items) {
    counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  }
  return counts;
}

/** @param {string} line */
function isJson(line) {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
