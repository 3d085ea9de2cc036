import { expect, it } from 'vitest';
import { type Db, openDriver } from '../database/driver';
import { createJobIds } from './job-ids';
import { createJobPlan } from './job-plan';
import { MIGRATIONS } from '../database/migrations';
import { createRunTally } from './run-tally';

it('finds named jobs by their ids, and pages of a set along them: no walk over a million jobs for a few', () => {
  const db = openDriver(':memory:');
  MIGRATIONS.forEach(db.exec);
  const asked: string[] = [];
  const listening: Db = {
    ...db,
    prepare(sql) {
      asked.push(sql);
      return db.prepare(sql);
    },
  };
  const plan = createJobPlan(listening, createRunTally(db), createJobIds(db));
  asked.length = 0;
  plan.requeue(1, { kind: 'jobs', jobIds: [1, 2] });
  plan.jobIds(1, { kind: 'jobs', jobIds: [1, 2] }, 0, 100);
  plan.jobIds(1, { kind: 'failed' }, 0, 100);
  expect(asked).toHaveLength(6);
  for (const sql of asked) {
    const values = Array.from(sql.matchAll(/\?/g), () => '[]');
    const steps = db.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    const detail = steps.map((step) => step.detail).join('\n');
    expect(detail, sql).toMatch(/SEARCH jobs USING INTEGER PRIMARY KEY/);
    expect(detail, sql).not.toMatch(/jobs_by_|SCAN jobs|TEMP B-TREE FOR ORDER/);
  }
  db.close();
});
