/** All sessions by their names, and what the machinery tells them. */
import { rmdir } from 'node:fs/promises';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { LOST } from './answer-of';
import { createOpenSession, type OpenSession } from './open-session';
import type { OpenSessionParts } from './open-session-parts';
import type { Session, SessionOptions, Sessions } from './session';
import { type SessionRunParts, sessionRun } from './session-run';
import { createWaitingList } from './waiting-list';
import type { Watcher } from '../watchers';

export interface SessionsParts
  extends Omit<OpenSessionParts, 'waiting' | 'store'>,
    Omit<SessionRunParts, 'store'> {
  readonly store: Store;
}

type CloseHow = Parameters<Session['close']>[0];

export function createSessions(parts: SessionsParts): Sessions & Watcher {
  const waiting = createWaitingList();
  const byName = new Map<string, Promise<OpenSession>>();
  const byRun = new Map<number, OpenSession>();
  let isClosed = false;

  async function opened(options: SessionOptions): Promise<OpenSession> {
    const run = await sessionRun(parts, options);
    const session = createOpenSession({ ...parts, waiting }, run, options);
    byRun.set(run.id, session);
    // Somebody has gone on with what an earlier session left.
    await parts.runs.stop(run.id);
    await dropOthers(run.id, options.borrower);
    // Nobody can tell whose keys were lent for what an earlier process left.
    const isDropped = options.leftovers === 'cancel' || run.options.lentKeys === true;
    if (run.counts.pending > 0 && isDropped && waiting.count(run.id) === 0) {
      await parts.store.cancelPending(run.id);
    } else if (run.counts.pending > 0) {
      await session.goOn();
    }
    return session;
  }

  /** What was asked of other keys than these goes out with those, or not at all. */
  async function dropOthers(runId: number, borrower: string | undefined): Promise<void> {
    const others = waiting.of(runId).filter((one) => one.borrower !== borrower);
    if (others.length === 0) {
      return;
    }
    const jobIds = others.map(({ jobId }) => jobId);
    await parts.store.cancelPendingJobs(runId, jobIds);
    for (const { id: jobId, state } of await parts.store.jobsById(jobIds)) {
      const isCancelled = state === 'cancelled';
      waiting.settle(
        jobId,
        isCancelled ? { kind: 'cancelled', jobId } : { kind: 'failed', jobId, failure: LOST },
      );
    }
  }

  async function leave(session: OpenSession, options: SessionOptions, how: CloseHow): Promise<void> {
    await session.close(how);
    const folder =
      options.leavesNothingUnsent === true ? await parts.store.forgetUnsent(session.runId) : null;
    if (folder !== null) {
      await removeEmpty(folder);
    }
  }

  /** From the moment it is closed its name is free again. */
  function withLeave(session: OpenSession, options: SessionOptions): Session {
    let leaving: Promise<void> | null = null;
    return {
      runId: session.runId,
      submit: session.submit,
      submitAll: session.submitAll,
      standing: session.standing,
      change: session.change,
      close(how) {
        leaving ??= leave(session, options, how).finally(() => {
          byName.delete(options.name);
          byRun.delete(session.runId);
        });
        return leaving;
      },
    };
  }

  return {
    async open(options) {
      if (isClosed) {
        throw new Refusal('BAD_INPUT', 'The library is being closed: nothing more is asked.');
      }
      if (byName.has(options.name)) {
        throw new Refusal('BAD_INPUT', `The session "${options.name}" is open already.`);
      }
      const opening = opened(options);
      byName.set(options.name, opening);
      opening.catch(() => byName.delete(options.name));
      return withLeave(await opening, options);
    },
    async endEarlier(prefix) {
      await Promise.allSettled(byName.values());
      const folders = await parts.store.endSessions(prefix, [...byRun.keys()]);
      await Promise.all(folders.map(removeEmpty));
    },
    async close() {
      isClosed = true;
      const open = await Promise.allSettled(byName.values());
      await Promise.all(open.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close('keep')] : [])));
      waiting.failAll(
        new Refusal(
          'BAD_INPUT',
          'Brushfleet was closed before this was sent: it is kept, and goes on later.',
        ),
      );
    },
    // Of jobs of other runs nothing comes of these.
    isWatched: (jobId) => waiting.get(jobId)?.hooks.onDelta !== undefined,
    onDelta: (jobId, text) => waiting.get(jobId)?.hooks.onDelta?.(text),
    onAgain: (jobId, why) => waiting.get(jobId)?.hooks.onAgain?.(why),
    onJob(_runId, jobId, state) {
      const one = waiting.get(jobId);
      if (one !== undefined) {
        one.isSent = state === 'sent';
        if (state === 'cancelled') {
          // Its last attempt was to be followed by another: no end of it has said so.
          waiting.settle(jobId, { kind: 'cancelled', jobId });
        }
      }
    },
    onKnown: (end) => byRun.get(end.runId)?.onKnown(end),
    onEnded: (end) => byRun.get(end.runId)?.onEnded(end),
    onOver: (runId, state) => byRun.get(runId)?.onOver(state),
  };
}

/** Where something lies in it after all, it stays. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}
