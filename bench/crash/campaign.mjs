/**
 * Runs of some hundred rows, killed again and again at random moments and gone on with, and V1 to V6 looked at after
 * every kill. The last run is finished in peace, and what was unknown is sent again by choice.
 */
import { rateIsKept } from './invariants.mjs';
import { createProof, provenRun } from './proof.mjs';
import { createScene } from './scene.mjs';
import { seededRandom } from './seeded-random.mjs';
import { startProvider } from './start-provider.mjs';

/**
 * @typedef {object} CampaignOptions
 * @property {number} kills
 * @property {number} [rows] of each run; default 500
 * @property {number} [seed]
 * @property {'node' | 'libsql'} [driver]
 * @property {number} [rpm] of each of the four endpoints
 * @property {number} [spanMs] a kill strikes within so many milliseconds of the start, or of the first answer
 * @property {'main' | 'worker'} [what] the process, or threads of its transport while it stays; default main
 * @property {(text: string) => void} [tell]
 */

/**
 * @typedef {object} Report
 * @property {number} kills
 * @property {number} runs
 * @property {number} done rows
 * @property {number} calls
 * @property {number} chosen rows that were sent again by choice
 * @property {number} left temporary files in the folders at the end
 * @property {import('./proof.mjs').Findings} findings
 */

/** In one life: enough of its rows are left to be done. */
const WORKER_KILLS = 20;
/** Now and then a person decides at once that what is unknown is to be sent again. */
const RESEND_SHARE = 0.15;

const NAMES = {
  V1: 'what was acknowledged is kept, with its file and its hash',
  V2: 'every call of the provider is counted',
  V3: 'a final name stands on a whole picture only',
  V4: 'the journal says what was charged, but for the unknown',
  V5: 'results in the order of the inputs, one for each',
  V6: 'no endpoint above its rate in any minute, across restarts',
  once: 'asked for twice only where shown as unknown and chosen',
};

/**
 * @param {CampaignOptions} options
 * @returns {Promise<Report>}
 */
export async function killCampaign(options) {
  const { kills, rows = 500, seed = 1, driver = 'node', rpm = 200, spanMs = 1500, what = 'main' } = options;
  const random = seededRandom(seed);
  const provider = await startProvider({ seed });
  const scene = await createScene({ providerUrl: provider.url, driver, rpm });
  const proof = createProof({ scene, provider });
  /** @type {Report} */
  const report = { kills: 0, runs: 0, done: 0, calls: 0, chosen: 0, left: 0, findings: proof.findings };
  try {
    while (report.kills < kills || report.runs === 0) {
      const run = provenRun(report.runs, rows);
      await scene.dataset(run);
      await carryOut(run);
      report.runs += 1;
    }
    proof.note('V6', rateIsKept(await provider.ledger(), rpm));
  } finally {
    await provider.close();
    await scene.remove();
  }
  return report;

  /** @param {import('./proof.mjs').ProvenRun} run */
  async function carryOut(run) {
    let resend = false;
    for (;;) {
      const isKilled = report.kills < kills;
      resend ||= isKilled && random() < RESEND_SHARE;
      if (resend) {
        report.chosen += await proof.choose(run);
      }
      const life = await scene.live(run.number, { resend, ...(isKilled ? danger() : {}) });
      report.kills += life.code === null ? 1 : threadsKilled(life);
      const { remains, calls } = await proof.look(run, life, `after kill ${report.kills}: `);
      report.calls = calls.length;
      options.tell?.(`${report.kills} kills: ${life.acknowledged.length} lines`);
      if (life.code !== null && remains.jobs.every(({ state }) => state === 'done')) {
        report.done += remains.jobs.length;
        report.left += [...remains.files.keys()].filter((name) => name.endsWith('.part')).length;
        return;
      }
      if (life.code !== null && resend && !isKilled) {
        throw new Error(`A run that nobody killed ended with ${life.code}: ${life.err}`);
      }
      // A run that came to its end with rows of unknown outcome: now they are chosen.
      resend = life.code !== null;
    }
  }

  /** Half of the kills strike while it starts and resumes, half while it works. */
  function danger() {
    if (what === 'worker') {
      return { workerKills: Math.min(WORKER_KILLS, kills - report.kills) };
    }
    const fromStartMs = random() < 0.5 ? random() * spanMs : null;
    return { kill: { fromStartMs, fromLineMs: random() * spanMs } };
  }
}

/** @param {import('./scene.mjs').Life} life */
function threadsKilled({ err }) {
  return Number(/^worker threads killed: (\d+)$/m.exec(err)?.[1] ?? 0);
}

/** One line for each invariant. @param {Report} report */
export function reportText({ kills, runs, done, calls, chosen, left, findings }) {
  const lines = Object.entries(NAMES).map(([name, meaning]) => {
    const { looked, broken } = findings[name] ?? { looked: 0, broken: [] };
    const verdict = broken.length === 0 ? 'holds' : `BROKEN ${broken.length} times`;
    const shown = broken.slice(0, 5).map((text) => `\n       ${text}`);
    return `${name.padEnd(4)} ${verdict}, ${looked} looked at: ${meaning}${shown.join('')}`;
  });
  const sum = `${kills} kills, ${runs} runs, ${done} rows done, ${calls} calls, ${chosen} sent again by choice, ${left} temporary files left`;
  return [...lines, sum].join('\n');
}
