/** The built command line, killed 20 times in a run of 500 rows, on each driver: see campaign.mjs. */
import { describe, expect, it } from 'vitest';
import { killCampaign, reportText } from './campaign.mjs';

describe.concurrent('a run that is killed 20 times', () => {
  it.each(['node', 'libsql'] as const)(
    'loses nothing, sends nothing twice unasked, and is completed, on %s',
    async (driver) => {
      // Four endpoints with 110 a minute serve 500 rows only after a wait, so that their rates bind, too.
      const report = await killCampaign({ kills: 20, rows: 500, driver, seed: 4, rpm: 110 });
      const broken = Object.values(report.findings).flatMap((finding) => finding.broken);
      expect(broken, reportText(report)).toEqual([]);
      expect(Object.keys(report.findings).sort()).toEqual(['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'once']);
      expect(report.kills).toBeGreaterThanOrEqual(20);
      expect(report.done).toBe(500 * report.runs);
      expect(report.left, 'files of attempts that died').toBe(0);
    },
    300_000,
  );
});

describe.concurrent('a run whose transport threads are killed 20 times', () => {
  it('makes what they carried unknown, and loses nothing', async () => {
    const report = await killCampaign({ kills: 20, rows: 250, what: 'worker', seed: 6, rpm: 4000 });
    const broken = Object.values(report.findings).flatMap((finding) => finding.broken);
    expect(broken, reportText(report)).toEqual([]);
    expect(report.kills).toBeGreaterThanOrEqual(20);
    expect(report.done).toBe(250 * report.runs);
    expect(report.left, 'files of attempts that died').toBe(0);
    // Requests were under way when their thread died.
    expect(report.chosen).toBeGreaterThan(0);
  }, 300_000);
});
