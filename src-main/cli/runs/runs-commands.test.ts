/** The runs commands against a scripted owner of the library; built/runs-commands.e2e.test.ts has the real one. */
import type { Counts, Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { runWith } from '../testing/fixtures';
import { restOf } from './carry-out-runs';
import type { AgainKind } from './runs-work';
import { invoke, owner } from './testing/scripted-owner';

const PAUSED = { kind: 'paused', reason: 'Every key is out for the day.' } as const;
const ok = (exitCode: number) => ({ kind: 'done', exitCode });
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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

describe('runs resume', () => {
  const counts = (part: Partial<Counts>): Pick<Run, 'counts'> => ({ counts: runWith(part).counts });

  it('stays until the run has ended, and ends like a run', async () => {
    const scene = owner(runWith({ pending: 2 }, { state: PAUSED }));
    const going = invoke('runs resume 1', scene);
    await soon();
    scene.change(1, counts({ pending: 1, done: 1 }));
    scene.change(1, { ...counts({ done: 2 }), state: { kind: 'finished' } });
    const { end, out, err, listeners } = await going;
    expect([end, listeners]).toEqual([ok(0), 0]);
    expect(err).toContain('Sending: key …0001 -> example.com\n');
    expect(out).toMatch(/^2 done, 0 failed of 2 in 0:00\nOutput: \/out\n/);
    expect(scene.asked).toEqual([['resume', { runId: 1, resendUnknown: false }]]);
  });

  it('changes what it is told to before anything is sent; a cap that is not named stays', async () => {
    const run = runWith({ pending: 1, unknown: 1 }, { state: PAUSED });
    const scene = owner({ ...run, options: { ...run.options, caps: { requests: 9, costUsd: 1 } } });
    const going = invoke('runs resume 1 --unknown resend --max_cost 20 --priority high', scene);
    await soon();
    scene.change(1, { state: { ...PAUSED, failure: 'budget' } });
    expect((await going).end).toEqual(ok(1));
    expect(scene.asked).toEqual([
      ['setOptions', { runId: 1, options: { caps: { requests: 9, costUsd: 20 }, priority: 'high' } }],
      ['resume', { runId: 1, resendUnknown: false }],
      ['rerun', { runId: 1, which: { kind: 'unknown' } }],
    ]);
  });

  it('sends failed and cancelled jobs again when it is told to, and else says how', async () => {
    const run = runWith({ done: 1, failed: 2, cancelled: 1 }, { state: { kind: 'finished' } });
    const scene = owner(run);
    const going = invoke('runs resume 1 --failed --cancelled', scene);
    await soon();
    scene.change(1, { ...counts({ done: 4 }), state: { kind: 'finished' } });
    expect((await going).end).toEqual(ok(0));
    expect(scene.asked.slice(1)).toEqual([
      ['rerun', { runId: 1, which: { kind: 'failed' } }],
      ['rerun', { runId: 1, which: { kind: 'cancelled' } }],
    ]);

    const second = owner(run);
    const again = invoke('runs resume 1', second);
    await soon();
    second.change(1, { state: { kind: 'finished' } });
    expect((await again).err).toContain(
      'Run 1 has nothing pending. To send its failed or cancelled jobs again, give --failed or --cancelled.\n',
    );
    expect(second.asked).toEqual([['resume', { runId: 1, resendUnknown: false }]]);
  });

  it('asks for cancelled jobs also where none is counted: they were cancelled before they were planned', async () => {
    const scene = owner(runWith({}, { state: { kind: 'finished' } }));
    const going = invoke('runs resume 1 --cancelled', scene);
    await soon();
    scene.change(1, { ...counts({ done: 4 }), state: { kind: 'finished' } });
    expect((await going).end).toEqual(ok(0));
    expect(scene.asked.slice(1)).toEqual([['rerun', { runId: 1, which: { kind: 'cancelled' } }]]);
  });

  it.each(['paused', 'draining'] as const)(
    'asks for nothing more of a run that is %s by then',
    async (kind) => {
      const scene = owner(runWith({ failed: 1, cancelled: 1, pending: 5 }, { state: PAUSED }));
      const { client } = scene.port;
      const rerun = async (input: never): Promise<Run> => {
        await client.runs.rerun(input);
        // Somebody else, at the window.
        return scene.change(1, { state: kind === 'paused' ? PAUSED : { kind } });
      };
      const calls = { ...client, runs: { ...client.runs, rerun } } as unknown as typeof client;
      const going = invoke('runs resume 1 --failed --cancelled', {
        ...scene,
        port: { ...scene.port, client: calls },
      });
      await soon();
      scene.change(1, { state: PAUSED });
      const { end, err } = await going;
      expect(end).toEqual(ok(1));
      expect(err).toContain(PAUSED.reason);
      expect(scene.asked.slice(1)).toEqual([['rerun', { runId: 1, which: { kind: 'failed' } }]]);
    },
  );

  it('whoever takes the library over asks for what is left', async () => {
    const scene = owner(runWith({ failed: 1, cancelled: 1 }, { state: PAUSED }));
    const isHandedOver = (): boolean => scene.asked.length === 2;
    const asked = new Set<AgainKind>();
    const { end } = await invoke(
      'runs resume 1 --failed --cancelled',
      { ...scene, port: { ...scene.port, isHandedOver } },
      undefined,
      (kind) => asked.add(kind),
    );
    expect(end).toEqual({ kind: 'ownerGone' });
    expect(scene.asked.slice(1)).toEqual([['rerun', { runId: 1, which: { kind: 'failed' } }]]);
    const terms = { unknown: 'keep', failed: true, cancelled: true, adopt: false } as const;
    expect(restOf({ kind: 'resume', runId: 1, terms }, asked)).toEqual({
      kind: 'resume',
      runId: 1,
      terms: { ...terms, failed: false },
    });
  });

  it('pictures without a record: the flag that takes them as done, and what it asks for', async () => {
    const scene = owner(runWith({ pending: 2 }, { state: PAUSED }));
    scene.refuseResume('/out holds 2 pictures that this library has no record of.', 'adopt');
    expect((await invoke('runs resume 1', scene)).end).toEqual({
      kind: 'refused',
      sentence:
        '/out holds 2 pictures that this library has no record of. brushfleet runs resume 1 --adopt counts the intact ones as done.',
    });
    scene.refuseResume('/out is gone.', 'outputDir');
    expect((await invoke('runs resume 1', scene)).end).toEqual({
      kind: 'refused',
      sentence: '/out is gone.',
    });
    scene.refuseResume(null);
    const going = invoke('runs resume 1 --adopt', scene);
    await soon();
    scene.change(1, { ...counts({ done: 2 }), state: { kind: 'finished' } });
    expect((await going).end).toEqual(ok(0));
    expect(scene.asked.at(-1)).toEqual(['resume', { runId: 1, resendUnknown: false, adopt: true }]);
  });

  it('Ctrl-C drains and pauses: exit 130, with the way on', async () => {
    const scene = owner(runWith({ pending: 2 }, { state: PAUSED }));
    let interrupt = (): void => undefined;
    const going = invoke('runs resume 1', scene, (press) => {
      interrupt = press;
    });
    await soon();
    interrupt();
    const { end, err } = await going;
    expect(end).toEqual(ok(130));
    expect(scene.asked).toContainEqual(['stop', { runId: 1 }]);
    expect(err).toContain('Stopping: requests in flight finish and are kept.');
    expect(err).toContain(
      'brushfleet: Interrupted: run brushfleet runs resume 1 to continue where it stopped.\n',
    );
  });

  it('Ctrl-C before it starts: nothing is sent', async () => {
    const scene = owner(runWith({ pending: 2 }, { state: PAUSED }));
    let interrupt = (): void => undefined;
    const whileKeysAreLookedFor = async (): Promise<readonly string[]> => {
      interrupt();
      return [];
    };
    const { end } = await invoke(
      'runs resume 1',
      { ...scene, port: { ...scene.port, readyKeys: whileKeysAreLookedFor } },
      (press) => {
        interrupt = press;
      },
    );
    expect(end).toEqual(ok(130));
    expect(scene.asked.filter((call) => JSON.stringify(call).startsWith('["resume"'))).toEqual([]);
  });

  it.each(['resume', 'rerun'] as const)(
    'Ctrl-C while %s is answered: what follows is not asked for, and what it started stops',
    async (call) => {
      const scene = owner(runWith({ failed: 1, cancelled: 1 }, { state: { kind: 'finished' } }));
      let interrupt = (): void => undefined;
      const { client } = scene.port;
      const answered = async (input: never): Promise<Run> => {
        const stopped = scene.asked.length;
        interrupt();
        expect(scene.asked.slice(stopped)).toEqual([['stop', { runId: 1 }]]);
        // The stop came too soon.
        return client.runs[call](input);
      };
      const calls = { ...client, runs: { ...client.runs, [call]: answered } } as unknown as typeof client;
      const port = { ...scene.port, client: calls };
      const { end } = await invoke('runs resume 1 --failed --cancelled', { ...scene, port }, (press) => {
        interrupt = press;
      });
      expect(end).toEqual(ok(130));
      expect(scene.asked.slice(call === 'resume' ? 0 : 1)).toEqual([
        ['stop', { runId: 1 }],
        [
          call,
          call === 'resume' ? { runId: 1, resendUnknown: false } : { runId: 1, which: { kind: 'failed' } },
        ],
        ['stop', { runId: 1 }],
      ]);
    },
  );

  it('an owner that is gone is noticed at once', async () => {
    const scene = owner(runWith({ pending: 2 }, { state: PAUSED }));
    const going = invoke('runs resume 1', scene);
    await soon();
    scene.leave();
    expect((await going).end).toEqual({ kind: 'ownerGone' });
  });

  it('rows of the input that could not be read are told: exit 1', async () => {
    const scene = owner(runWith({ pending: 1 }, { state: PAUSED }));
    const skipped = { line: 3, severity: 'skipped', message: 'This line is not a JSON object or string.' };
    scene.datasets.push({ id: 1, problems: [skipped, { line: 4, severity: 'note', message: 'Odd.' }] });
    const going = invoke('runs resume 1', scene);
    await soon();
    scene.change(1, { ...counts({ done: 1 }), state: { kind: 'finished' } });
    const { end, err } = await going;
    expect(end).toEqual(ok(1));
    expect(err).toMatch(/brushfleet: 1 input could not be read and was not sent \(line 3: This line is not/);
  });

  it('requests with an unknown outcome stay, and are told: exit 1', async () => {
    const scene = owner(runWith({ pending: 1, unknown: 2 }, { state: PAUSED }));
    const going = invoke('runs resume 1', scene);
    await soon();
    scene.change(1, { ...counts({ done: 1, unknown: 2 }), state: { kind: 'finished' } });
    const { end, err } = await going;
    expect(end).toEqual(ok(1));
    expect(err).toMatch(/brushfleet: 2 requests have an unknown outcome and may have been charged/);
  });
});

describe('runs set', () => {
  it('changes what is named, then its place among the runs of its priority', async () => {
    const run = runWith({ pending: 1 });
    const scene = owner({ ...run, options: { ...run.options, caps: { costUsd: 3 } } });
    const { end, out } = await invoke(
      'runs set 1 --place 2 --priority high --max_requests 9 --max_global_workers 4',
      scene,
    );
    expect([end, out]).toEqual([ok(0), 'Changed run 1.\n']);
    expect(scene.asked).toEqual([
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
