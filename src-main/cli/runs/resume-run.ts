/** `brushfleet runs resume`. */
import { join } from 'node:path';
import { ORPCError } from '@orpc/client';
import { ADOPT } from '@shared/adopt';
import type { AppEvent } from '@shared/contract';
import { cancelledJobs, isUnderWay, type Run } from '@shared/model/run';
import { lyingNotes } from '../../app/results/lying-notes';
import { unreadOf } from '../../app/datasets/unread-rows';
import { Refusal } from '../../refusal';
import { tellEnd } from '../carry-out';
import type { FinishedRun } from '../engine-port';
import { EXIT } from '../exit-codes';
import { watchInterrupts } from '../interrupt';
import { createProgress } from '../progress';
import { applyChange } from './change-run';
import type { ResumeTerms } from './runs-request';
import { type AgainKind, findRun, OwnerGone, type RunsWork } from './runs-work';

/** Goes on with a run and stays until it has ended or pauses. Resolves with the exit code. */
export async function resumeRun(work: RunsWork, runId: number, terms: ResumeTerms): Promise<number> {
  const { runs, streams, clock } = work;
  const { client } = runs;
  const run = await findRun(work, runId);
  const startedAt = clock.now();
  const progress = createProgress(streams.err, clock);
  const listening = new AbortController();
  const interrupts = watchInterrupts(work.onInterrupt, {
    first: () => {
      progress.note('Stopping: requests in flight finish and are kept. Press Ctrl-C again to end at once.');
      client.runs
        .stop({ runId })
        .catch((error: unknown) => progress.note(`Could not stop cleanly: ${String(error)}`));
    },
    second: () => work.exitNow(EXIT.interrupted),
  });
  try {
    for (const sentence of await runs.readyKeys(run, work.env)) {
      progress.note(sentence);
    }
    await applyChange(work, run, terms);
    // Listened to before it starts: its end cannot be missed.
    const events = await client.system.events(undefined, { signal: listening.signal });
    // Ctrl-C may have come meanwhile: then nothing is sent at all.
    if (!interrupts.happened) {
      const started = await goOn(work, run, { ...terms, isInterrupted: () => interrupts.happened });
      // It may have come between two calls, when nothing was there to be stopped.
      const standing = interrupts.happened ? await client.runs.stop({ runId }) : started;
      if (isUnderWay(standing)) {
        await untilOver(work, events, { runId, onChange: (changed) => progress.update(changed) });
      }
    }
    progress.end();
    const ended = await findRun(work, runId);
    if (runs.isHandedOver() && ended.state.kind === 'paused' && !interrupts.happened) {
      throw new OwnerGone();
    }
    const unread = await unreadIn(work, ended);
    return tellEnd(work, {
      end: { kind: 'finished', run: ended, ...unread, ...(interrupts.happened ? {} : whyPaused(ended)) },
      resultsCsv: join(ended.outputDir, 'results.csv'),
      seconds: (clock.now() - startedAt) / 1000,
      interrupted: interrupts.happened
        ? `Interrupted: run brushfleet runs resume ${runId} to continue where it stopped.`
        : null,
    });
  } finally {
    listening.abort();
    progress.end();
    interrupts.end();
  }
}

/** Each call starts the run or goes on with it; what comes later joins what is under way. */
async function goOn(
  work: RunsWork,
  run: Run,
  { isInterrupted, ...terms }: ResumeTerms & { isInterrupted(): boolean },
): Promise<Run> {
  const { runs, streams } = work;
  const { id: runId, counts } = run;
  // Rows that were cancelled before they were planned are counted once the run is resumed.
  const again = (['unknown', 'failed', 'cancelled'] as const).filter(
    (kind) => isAsked(kind, terms) && (counts[kind] > 0 || kind === 'cancelled'),
  );
  // What the run was started with does not count: unknown requests go again only where this command says so.
  const adopt = terms.adopt ? { adopt: true } : {};
  let started = await runs.client.runs
    .resume({ runId, resendUnknown: false, ...adopt })
    .catch((error: unknown) => refuseWithWayOut(error, runId));
  if (counts.unknown > 0) {
    // What has a place by now has just been taken.
    const unplaced = await runs.client.runs.unplaced({ runId });
    lyingNotes(unplaced).forEach((note) => streams.err.write(`${note}\n`));
  }
  for (const kind of again) {
    started = await findRun(work, runId);
    // Somebody has paused it since: what is left of it would be sent with these.
    const isPaused = started.state.kind === 'paused' || started.state.kind === 'draining';
    if (runs.isHandedOver() && !isInterrupted()) {
      throw new OwnerGone();
    }
    if (isPaused || isInterrupted()) {
      break;
    }
    work.onAskedAgain?.(kind);
    started = await runs.client.runs.rerun({ runId, which: { kind } });
  }
  const hint = again.every((kind) => counts[kind] === 0) ? nothingLeft(run) : null;
  if (hint !== null) {
    streams.err.write(`${hint}\n`);
  }
  return started;
}

/** The window has a button where the command line has a flag. */
function refuseWithWayOut(error: unknown, runId: number): never {
  const { data, message } = error instanceof ORPCError ? error : { data: null, message: '' };
  throw isOfAdopting(data)
    ? new Refusal(
        'BAD_INPUT',
        `${message} brushfleet runs resume ${runId} --adopt counts the intact ones as done.`,
      )
    : error;
}

function isOfAdopting(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'field' in data && data.field === ADOPT;
}

/** Under a row filter nobody here can tell which rows were meant: the command of the run says so. */
async function unreadIn({ runs }: RunsWork, run: Run): Promise<Pick<FinishedRun, 'unread'>> {
  if (run.origin !== 'dataset' || run.options.filterRows.trim() !== '') {
    return {};
  }
  const datasets = await runs.client.datasets.list();
  return unreadOf(datasets.find(({ id }) => id === run.datasetId)?.problems ?? []);
}

function isAsked(kind: AgainKind, terms: ResumeTerms): boolean {
  return kind === 'unknown' ? terms.unknown === 'resend' : terms[kind];
}

/** Why nothing is sent, and how it would be; null: something is. */
function nothingLeft(run: Run): string | null {
  const { id, counts } = run;
  const open = counts.pending + counts.leased + counts.sent;
  const kinds = [...(counts.failed > 0 ? ['failed'] : []), ...(cancelledJobs(run) > 0 ? ['cancelled'] : [])];
  const flags = kinds.map((kind) => `--${kind}`);
  return open > 0 || kinds.length === 0
    ? null
    : `Run ${id} has nothing pending. To send its ${kinds.join(' or ')} jobs again, give ${flags.join(' or ')}.`;
}

/** Resolves when the run has ended or pauses; rejects when whoever carries it out is gone. */
async function untilOver(
  work: RunsWork,
  events: AsyncIterable<AppEvent>,
  { runId, onChange }: { readonly runId: number; onChange(run: Run): void },
): Promise<void> {
  for await (const event of events) {
    if (event.kind === 'run' && event.run.id === runId) {
      work.onHeard?.();
      onChange(event.run);
      // The event may be of before it was started once more.
      if (!isUnderWay(event.run) && !isUnderWay(await findRun(work, runId))) {
        return;
      }
    }
  }
  throw new OwnerGone();
}

function whyPaused({ state }: Run): { sentence?: string } {
  return state.kind === 'paused' ? { sentence: state.reason } : {};
}
