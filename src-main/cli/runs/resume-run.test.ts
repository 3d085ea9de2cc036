/** `brushfleet runs resume` against a scripted owner of the library. */
import type { Counts, Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { runWith } from '../testing/fixtures';
import { restOf } from './carry-out-runs';
import type { AgainKind } from './runs-work';
import { invoke, ok, owner, PAUSED } from './testing/scripted-owner';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
