/** Looks at what a run left behind, with the eyes of V1 to V6, and adds up what was found. */
import Papa from 'papaparse';
import {
  acknowledgedIsKept,
  callsAreCounted,
  exportIsInOrder,
  finalNamesAreWhole,
  ledgerIsCharged,
  noDuplicates,
} from './invariants.mjs';
import { readRemains } from './remains.mjs';
import { PRICE_MICRO_USD } from './scene.mjs';

/**
 * @typedef {object} ProvenRun
 * @property {number} number
 * @property {number} rows
 * @property {number} firstRow
 * @property {Map<number, string>} promised output file by row
 * @property {Map<number, string>} known sha256 by row
 * @property {Map<number, number>} chosen how often each row was sent again by choice
 */

/** @typedef {Record<string, { looked: number, broken: string[] }>} Findings by invariant */

/**
 * @param {number} number
 * @param {number} rows
 * @returns {ProvenRun}
 */
export function provenRun(number, rows) {
  const firstRow = number * rows;
  return { number, rows, firstRow, promised: new Map(), known: new Map(), chosen: new Map() };
}

/**
 * @param {{ scene: Awaited<ReturnType<typeof import('./scene.mjs').createScene>>,
 *   provider: Awaited<ReturnType<typeof import('./start-provider.mjs').startProvider>> }} parts
 */
export function createProof({ scene, provider }) {
  /** @type {Findings} */
  const findings = {};

  /**
   * @param {string} name
   * @param {{ looked: number, broken: string[] }} finding
   * @param {string} [when]
   */
  function note(name, { looked, broken }, when = '') {
    const sum = (findings[name] ??= { looked: 0, broken: [] });
    sum.looked += looked;
    sum.broken.push(...broken.map((text) => `${when}${text}`));
  }

  /** @param {ProvenRun} run */
  async function remainsOf({ number, firstRow }) {
    const database = await scene.copyDatabase();
    return readRemains({ database, outputDir: scene.outputDir(number), firstRow });
  }

  return {
    findings,
    note,
    remainsOf,

    /**
     * After the process has ended, one way or the other.
     * @param {ProvenRun} run
     * @param {import('./scene.mjs').Life} life
     * @param {string} [when] said with what is found broken
     */
    async look(run, life, when) {
      keepPromises(run, life);
      const remains = await remainsOf(run);
      const calls = await provider.ledger();
      const ledger = calls.filter(({ row }) => row >= run.firstRow && row < run.firstRow + run.rows);
      const facts = { ...run, remains, ledger, priceMicroUsd: PRICE_MICRO_USD };
      // A table is written when a run ends or pauses: a kill leaves the last one or none, a full disk may leave none.
      const mayBeMissing = life.code === null || (life.code !== 0 && remains.csv === null);
      const indexes = mayBeMissing ? null : indexesOf(remains.csv);
      note('V1', acknowledgedIsKept(facts), when);
      note('V2', callsAreCounted(facts), when);
      note('V3', finalNamesAreWhole(facts), when);
      note('V4', ledgerIsCharged(facts), when);
      note('V5', exportIsInOrder({ ...facts, indexes }), when);
      note('once', noDuplicates(facts), when);
      for (const { row, state, sha256 } of remains.jobs) {
        if (state === 'done' && sha256 !== null) {
          run.known.set(row, sha256);
        }
      }
      return { remains, calls };
    },

    /**
     * What is of unknown outcome now may be sent once more; answers how many those are.
     * @param {ProvenRun} run
     */
    async choose(run) {
      const { jobs } = await remainsOf(run);
      const unknown = jobs.filter(({ state }) => state === 'sent' || state === 'unknown');
      for (const { row } of unknown) {
        run.chosen.set(row, (run.chosen.get(row) ?? 0) + 1);
      }
      return unknown.length;
    },
  };
}

/**
 * @param {ProvenRun} run
 * @param {import('./scene.mjs').Life} life
 */
function keepPromises(run, { acknowledged }) {
  for (const { row, status, output_image: fileName } of acknowledged) {
    if (status === 'done') {
      run.promised.set(run.firstRow + row, fileName);
    }
  }
}

/** @param {string | null} csv */
function indexesOf(csv) {
  if (csv === null) {
    return [];
  }
  const { data } = Papa.parse(csv, { header: true, skipEmptyLines: true });
  const rows = data.map((line) => Number(/row (\d+)/.exec(line.instruction)?.[1]));
  return rows.map((row) => row - rows[0]);
}
