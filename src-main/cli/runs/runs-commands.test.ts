/** The runs commands against a scripted owner of the library; built/runs-commands.e2e.test.ts has the real one. */
import type { Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { runWith } from '../testing/fixtures';
import { invoke, ok, owner, PAUSED } from './testing/scripted-owner';

describe('runs list', () => {
  it('stands in columns, the numbers to the right', async () => {
    const scene = owner(
      runWith({ done: 120, pending: 7 }, { id: 12, name: 'cats', costUsd: 4.68, outputDir: '/out/a b' }),
      runWith({ done: 3, failed: 1, unknown: 2 }, { id: 3, name: 'dogs', state: PAUSED, costUsd: 0.004 }),
    );
    const { end, out } = await invoke('runs list', scene);
    expect(end).toEqual(ok(0));
    expect(out).toBe(
      'ID  DONE  TOTAL  FAILED  UNKNOWN  PENDING     COST  PRIORITY  STATE    NAME  FOLDER\n' +
        '12   120    127       0        0        7    $4.68  normal    running  cats  /out/a b\n' +
        ' 3     3      6       1        2        0  $0.0040  normal    paused   dogs  /out\n',
    );
  });

  it('--json has the names of results.csv and of the flags', async () => {
    const run = runWith({ done: 1, unknown: 1 }, { state: PAUSED, requests: 3 });
    const { out } = await invoke(
      'runs list --json',
      owner({ ...run, options: { ...run.options, caps: { costUsd: 5 } } }),
    );
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        id: 1,
        state: 'paused',
        reason: PAUSED.reason,
        done: 1,
        unknown: 1,
        total: 2,
        requests: 3,
        max_cost: 5,
        output_dir: '/out',
      }),
    ]);
  });

  it('has the sessions in which not all is well, and every one when it is asked', async () => {
    const session = { origin: 'session', name: 'service', state: { kind: 'finished' } } as const;
    const scene = owner(
      runWith({ done: 9 }, { ...session, id: 1 }),
      runWith({ done: 9, unknown: 5 }, { ...session, id: 2 }),
      runWith({ done: 9, failed: 1 }, { ...session, id: 3 }),
    );
    const listed = async (line: string): Promise<readonly number[]> =>
      (JSON.parse((await invoke(line, scene)).out) as { id: number }[]).map(({ id }) => id);
    expect(await listed('runs list --json')).toEqual([2, 3]);
    expect(await listed('runs list --sessions --json')).toEqual([1, 2, 3]);
  });

  it('says how to start one when there is none', async () => {
    expect((await invoke('runs list', owner())).out).toMatch(/^No runs yet: /);
  });
});

describe('runs show', () => {
  it('counts, cost, cap and failures by cause', async () => {
    const run = runWith(
      { done: 90, failed: 12, pending: 102 },
      { state: PAUSED, requests: 104, costUsd: 3.6 },
    );
    const scene = owner({ ...run, options: { ...run.options, caps: { costUsd: 5 }, priority: 'high' } });
    const { end, out } = await invoke('runs show 1', scene);
    expect(end).toEqual(ok(0));
    expect(out).toContain('  state        paused: Every key is out for the day.\n');
    expect(out).toContain('  progress     50 % of 204 jobs, 3.3/s\n');
    expect(out).toContain('    pending    102\n    done        90\n    failed      12\n');
    expect(out).toContain('  cost         about $3.60 of at most $5\n');
    expect(out).toContain('  priority     high\n');
    expect(out).toMatch(/\n {4}12 {2}blocked {2}3, 17, \.\.\. {2}Not this\.\n$/);
  });

  it('an id that is none of theirs: one sentence', async () => {
    expect((await invoke('runs show 9', owner(runWith({})))).end).toEqual({
      kind: 'refused',
      sentence: 'There is no run 9: brushfleet runs list shows them all.',
    });
    expect((await invoke('runs pause 9', owner())).end).toEqual({
      kind: 'refused',
      sentence: 'There is no run 9: the library holds none yet.',
    });
  });
});

describe('runs set', () => {
  it('changes what is named, then its place among the runs of its priority', async () => {
    const run = runWith({ pending: 1 });
    const scene = owner({ ...run, options: { ...run.options, caps: { costUsd: 3 } } });
    const { end, out } = await invoke(
      'runs set 1 --name Cats --place 2 --priority high --max_requests 9 --max_global_workers 4',
      scene,
    );
    expect([end, out]).toEqual([ok(0), 'Changed run 1.\n']);
    expect(scene.asked).toEqual([
      ['rename', { runId: 1, name: 'Cats' }],
      [
        'setOptions',
        {
          runId: 1,
          options: {
            caps: { costUsd: 3, requests: 9 },
            priority: 'high',
            concurrency: 4,
            autoConcurrency: false,
          },
        },
      ],
      ['move', { runId: 1, place: 1 }],
    ]);
  });
});

describe('runs pause, cancel and export', () => {
  it('pause waits for what is in flight, and says how to go on', async () => {
    const { end, out } = await invoke('runs pause 1', owner(runWith({ pending: 1 })));
    expect([end, out]).toEqual([ok(0), 'Paused run 1: brushfleet runs resume 1 resumes it.\n']);
  });

  it('pause of one that is not under way says so and asks nothing', async () => {
    const scene = owner(runWith({ pending: 1 }, { state: PAUSED }));
    const { end, out } = await invoke('runs pause 1', scene);
    expect([end, scene.asked]).toEqual([ok(0), []]);
    expect(out).toBe('Run 1 is not under way: it is paused: Every key is out for the day.\n');
  });

  it.each([
    ['', '4 jobs of run 1 cancelled, 2 in flight finish and are kept.\n'],
    [' --in_flight', '4 jobs of run 1 cancelled, 2 cut off with an unknown outcome, which may be charged.\n'],
  ])('cancel%s', async (flag, sentence) => {
    const { end, out } = await invoke(`runs cancel 1${flag}`, owner(runWith({ pending: 4, sent: 2 })));
    expect([end, out]).toEqual([ok(0), sentence]);
  });

  it('cancel says what was not written, and where', async () => {
    const scene = owner(runWith({ pending: 4 }, { state: PAUSED }));
    const reason = 'Cannot save in /out: the folder is gone; bring it back, then resume the run.';
    const { client } = scene.port;
    const cancel = async (input: { runId: number; which: 'pending' | 'all' }): Promise<Run> => {
      await client.runs.cancel(input);
      return scene.change(1, { state: { kind: 'paused', reason, failure: 'storage' } });
    };
    const calls = { ...client, runs: { ...client.runs, cancel } } as unknown as typeof client;
    const { end, out, err } = await invoke('runs cancel 1', {
      ...scene,
      port: { ...scene.port, client: calls },
    });
    expect([end, out]).toEqual([ok(0), '4 jobs of run 1 cancelled.\n']);
    expect(err).toContain(`Its tables are not written: ${reason}\n`);
  });

  it('cancel of one that was about to go on says that it does not', async () => {
    const { end, out } = await invoke('runs cancel 1', owner(runWith({ done: 3 })));
    expect([end, out]).toEqual([ok(0), 'Cancelled run 1: nothing more of it is sent.\n']);
  });

  it('cancel of a run that has nothing left says so', async () => {
    const { end, out } = await invoke('runs cancel 1', owner(runWith({ done: 3 }, { state: PAUSED })));
    expect([end, out]).toEqual([ok(0), 'Nothing of run 1 was left to cancel.\n']);
  });

  it('export answers the file it wrote, from where the command was typed', async () => {
    const scene = owner(runWith({}));
    expect((await invoke('runs export 1 --format failures --output f.csv', scene)).out).toBe('/work/f.csv\n');
    expect(JSON.parse((await invoke('runs export 1 --format csv --json', scene)).out)).toEqual({
      id: 1,
      format: 'csv',
      file: '/out/results.csv',
    });
  });
});

describe('runs export with pictures', () => {
  it('writes where it is told, and says where that is', async () => {
    const scene = owner({ ...runWith({}), id: 3 });
    const { end, out } = await invoke('runs export 3 --format zip --only accepted --output a.zip', scene);
    expect(end).toEqual({ kind: 'done', exitCode: 0 });
    expect(out).toBe('Exported 2 pictures to dataset.\n/work/a.zip\n');
    expect(scene.asked).toEqual([
      [
        'exportPictures',
        3,
        {
          format: 'zip',
          filter: 'accepted',
          options: { embedRecipe: false, pairs: { verdicts: true, ratings: true } },
          path: '/work/a.zip',
        },
      ],
    ]);
  });

  it('tells it as JSON, too', async () => {
    const { out } = await invoke('runs export 3 --format pairs --json', owner({ ...runWith({}), id: 3 }));
    expect(JSON.parse(out)).toEqual({
      id: 3,
      format: 'pairs',
      file: '/beside',
      sentence: 'Exported 2 pictures to dataset.',
    });
  });
});
