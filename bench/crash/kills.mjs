/**
 * Kills the built command line with SIGKILL at random moments of runs of 500 rows, and looks after each kill whether
 * anything was lost. Ends with 1 when an invariant is broken.
 *
 * Usage: node bench/crash/kills.mjs [--kills 200] [--rows 500] [--seed 1] [--driver node|libsql] [--rpm 200]
 *        [--what main|worker] [--verbose]; worker: threads of the transport are killed, and the process stays
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { killCampaign, reportText } from './campaign.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    rows: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    driver: { type: 'string', default: 'node' },
    what: { type: 'string', default: 'main' },
    rpm: { type: 'string', default: '200' },
    verbose: { type: 'boolean', default: false },
  },
});

const report = await killCampaign({
  kills: Number(values.kills),
  rows: Number(values.rows),
  seed: Number(values.seed),
  driver: values.driver === 'libsql' ? 'libsql' : 'node',
  rpm: Number(values.rpm),
  what: values.what === 'worker' ? 'worker' : 'main',
  ...(values.verbose ? { tell: (text) => process.stderr.write(`${text}\n`) } : {}),
});
process.stdout.write(`${reportText(report)}\n`);
const isSound = Object.values(report.findings).every(({ broken }) => broken.length === 0);
process.exit(isSound ? 0 : 1);
