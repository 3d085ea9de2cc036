/** The process that has the library, scripted, and a command line that asks it. */
import { ORPCError } from '@orpc/client';
import type { AppEvent } from '@shared/contract';
import type { Run, UnplacedAnswers } from '@shared/model/run';
import type { ContractClient } from '../../own-client';
import { parseCli } from '../../parse-cli';
import { recordingSink, runWith } from '../../testing/fixtures';
import { createVirtualClock } from '../../testing/virtual-clock';
import { carryOutRuns } from '../carry-out-runs';
import type { CliRuns } from '../runs-port';
import type { AgainKind } from '../runs-work';

export const PAUSED = { kind: 'paused', reason: 'Every key is out for the day.' } as const;

/** How a command ends. */
export const ok = (exitCode: number) => ({ kind: 'done', exitCode });

/** An owner that holds these runs, carries out calls at once and writes down what it was asked. */
export function owner(...held: readonly Run[]) {
  const runs = new Map(held.map((run) => [run.id, run]));
  const asked: unknown[] = [];
  const told: AppEvent[] = [];
  const datasets: unknown[] = [];
  let unplaced: UnplacedAnswers = { total: 0, paths: [] };
  let wake = (): void => undefined;
  let isGone = false;
  let refusal: ORPCError<'BAD_INPUT', { field?: string | undefined }> | null = null;

  function refuseUnknown(): never {
    throw new ORPCError('NOT_FOUND', { message: 'That run is no longer in the library.', defined: true });
  }

  function change(runId: number, part: Partial<Run>): Run {
    const before = runs.get(runId) ?? refuseUnknown();
    const run = { ...before, ...part };
    runs.set(runId, run);
    told.push({ kind: 'run', run });
    wake();
    return run;
  }

  async function* events(): AsyncGenerator<AppEvent> {
    for (;;) {
      const event = told.shift();
      if (event !== undefined) {
        yield event;
      } else if (isGone) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  const calls = {
    system: { events: async () => events() },
    datasets: { list: async () => datasets },
    runs: {
      list: async () => [...runs.values()].filter(({ origin }) => origin !== 'session'),
      sessions: async () => [...runs.values()].filter(({ origin }) => origin === 'session'),
      get: async ({ runId }: { runId: number }) => runs.get(runId) ?? refuseUnknown(),
      failures: async () => [
        {
          kind: 'blocked',
          message: 'Not this.',
          count: 12,
          examples: [3, 17].map((row) => ({ id: row, position: row, row, index: row })),
        },
      ],
      unplaced: async () => unplaced,
      rename: async (input: unknown) => void asked.push(['rename', input]),
      setOptions: async (input: unknown) => void asked.push(['setOptions', input]),
      move: async (input: unknown) => void asked.push(['move', input]),
      resume: async (input: { runId: number }) => {
        asked.push(['resume', input]);
        if (refusal !== null) {
          throw refusal;
        }
        return change(input.runId, { state: { kind: 'running' } });
      },
      rerun: async (input: { runId: number }) => {
        asked.push(['rerun', input]);
        return change(input.runId, { state: { kind: 'running' } });
      },
      stop: async (input: { runId: number }) => {
        asked.push(['stop', input]);
        return change(input.runId, { state: { kind: 'paused', reason: 'Stopped.' } });
      },
      cancel: async (input: { runId: number; which: string }) => {
        asked.push(['cancel', input]);
        const { counts } = runs.get(input.runId) ?? runWith({});
        const cut = input.which === 'all' ? counts.sent : 0;
        return change(input.runId, {
          counts: { ...counts, pending: 0, cancelled: counts.pending, sent: counts.sent - cut, unknown: cut },
        });
      },
    },
  };
  const port: CliRuns = {
    client: calls as unknown as ContractClient,
    isElsewhere: true,
    isHandedOver: () => false,
    readyKeys: async () => ['Sending: key …0001 -> example.com'],
    exportTable: async (run, format, path) => path ?? `${run.outputDir}/results.${format}`,
    exportPictures: async (run, order, { tell, signal }) => {
      asked.push(['exportPictures', run.id, order]);
      tell({ done: 1, skipped: 0, total: 2 });
      signal.throwIfAborted();
      return { path: order.path ?? '/beside', sentence: 'Exported 2 pictures to dataset.' };
    },
    close: async () => undefined,
  };
  return {
    port,
    asked,
    /** Of its runs, as far as a test needs them. */
    datasets,
    change,
    /** What lies whole on disk, without a place. */
    lying: (paths: string[]): void => {
      unplaced = { total: paths.length, paths };
    },
    /** Null: it is carried out again. */
    refuseResume: (message: string | null, field?: string): void => {
      refusal =
        message === null ? null : new ORPCError('BAD_INPUT', { message, defined: true, data: { field } });
    },
    leave: (): void => {
      isGone = true;
      wake();
    },
  };
}

export async function invoke(
  line: string,
  scene: ReturnType<typeof owner>,
  atOnce?: (interrupt: () => void) => void,
  onAskedAgain: (kind: AgainKind) => void = () => undefined,
) {
  const out = recordingSink();
  const err = recordingSink();
  const listeners = new Set<() => void>();
  const request = parseCli(line.split(' '), { version: '1' });
  if (request.kind !== 'runs') {
    throw new Error(JSON.stringify(request));
  }
  const ending = carryOutRuns(
    {
      runs: scene.port,
      json: request.json,
      streams: { out, err },
      cwd: '/work',
      env: {},
      clock: createVirtualClock(),
      onInterrupt: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      exitNow: () => undefined,
      onAskedAgain,
    },
    request.act,
  );
  atOnce?.(() => listeners.forEach((listener) => listener()));
  const end = await ending;
  return { end, out: out.text, err: err.text, listeners: listeners.size };
}
