/** The owner's side: other processes of the same user become clients of this one's app. */
import { createServer, type Server } from 'node:http';
import type { Router } from '@orpc/server';
import { implement, ORPCError } from '@orpc/server';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import type { App } from '../app';
import { importEnvFile } from '../app/fleet/env-import';
import { resultsPath, writeTable } from '../app/tables/exporter';
import { exportRun } from '../app/exports/export-run';
import { progressOf } from '../app/exports/progress-stream';
import type { RefusedRun } from '../app/runs/folder-plan';
import { FolderRun } from '../app/runs/folder-run';
import { Secret } from '../providers/secret';
import type { AppRouter } from '../router';
import { refusalOf, withRefusals } from '../router/calls';
import { addressFor, prepareAddress, publishAddress, withdrawAddress } from './address';
import { StoreError } from '../store/store-error';
import { type CheckEvent, type DoorContract, doorContract, type RunEvent, STORE_CODE } from './door-contract';
import { givenElsewhere } from './given-elsewhere';
import { sealed } from './lent-fleet';
import { createLentPrograms, type LentPrograms } from './lent-programs';
import { createMailbox, type Mailbox } from './mailbox';

/** A list of prompts or a fleet of thousands of keys fits; a picture never crosses here. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A call that is on its way for longer than its own stop does not come any more: it was over before. */
const EARLY_STOP_MS = 600_000;

export interface DoorOptions {
  readonly app: App;
  readonly libraryDir: string;
  readonly router: AppRouter;
  readonly version: string;
  /** Somebody with a better claim asks for the library; absent: it is never given away. */
  onHandOver?(): boolean;
  /** Its endpoints and keys are those of its environment; absent: as its fleet says. */
  readonly isGiven?: boolean;
}

export interface Door {
  /** Runs and requests of other processes that are under way. */
  borrowers(): number;
  /** Resolves when they are over. */
  idle(): Promise<void>;
  /** Tells those that are left to take over, lets their requests in flight end, and listens no more. */
  close(): Promise<void>;
}

interface Borrowed {
  readonly run: FolderRun;
  readonly over: Promise<unknown>;
  /** Its borrower has asked for its end, and is told of it as it is. */
  isStopped: boolean;
}

interface DoorState {
  isClosing: boolean;
  /** Borrowers that asked for the end of what is only being prepared, or overtaken by its stop; for a while. */
  readonly stoppedEarly: Set<string>;
}

/** Rejects when it cannot listen; the library works without it, for this process alone. */
export async function serveDoor(options: DoorOptions): Promise<Door> {
  const { app, libraryDir } = options;
  const borrowed = new Map<string, Borrowed>();
  const state: DoorState = { isClosing: false, stoppedEarly: new Set() };
  let closing: Promise<void> | null = null;
  const programs = createLentPrograms(app);
  const isGiven = (): boolean => options.isGiven ?? app.fleet.isGiven();
  const calls = { ...createBorrowedCalls({ app, isGiven }, borrowed, state), programs };
  const router = routerOf(options, calls);
  const handler = new RPCHandler(router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY_BYTES })],
  });
  const server = createServer((request, response) => {
    handler
      .handle(request, response, { prefix: '/rpc', context: {} })
      .then(({ matched }) => {
        if (!matched) {
          response.writeHead(404).end();
        }
      })
      .catch((error: unknown) => {
        app.log.error('door', String(error));
        response.destroy();
      });
  });
  // A client ends what it does not need; a connection closed from here may just be taking its next call.
  server.keepAliveTimeout = 0;
  const address = addressFor(libraryDir);
  await prepareAddress(address, libraryDir);
  await listen(server, address);
  await publishAddress(address, libraryDir);

  return {
    borrowers: () => borrowed.size + programs.count(),
    async idle() {
      while (borrowed.size + programs.count() > 0) {
        await Promise.allSettled([programs.idle(), ...[...borrowed.values()].map(({ over }) => over)]);
      }
    },
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    state.isClosing = true;
    await withdrawAddress(address, libraryDir);
    await Promise.allSettled([programs.handOver(), ...[...borrowed.values()].map(({ run }) => run.stop())]);
    await Promise.allSettled([...borrowed.values()].map(({ over }) => over));
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      // Readers that do not read are not waited for.
      setTimeout(() => server.closeAllConnections(), 500).unref();
    });
  }
}

type DoorRouter = Router<DoorContract, Record<never, never>>;

function routerOf(
  { app, router, version, onHandOver, isGiven }: DoorOptions,
  calls: BorrowedCalls & { readonly programs: LentPrograms },
): DoorRouter {
  const os = implement(doorContract.door).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw refusalOf(error, app);
    }
  });
  const { programs } = calls;
  return {
    app: router,
    door: os.router({
      hello: os.hello.handler(() => ({ version, pid: process.pid, isGiven: isGiven ?? app.fleet.isGiven() })),
      run: os.run.handler(({ input, signal }) => calls.run(input, signal)),
      check: os.check.handler(({ input, signal }) => calls.check(input, signal)),
      joinAsProgram: os.joinAsProgram.handler(({ input, signal }) => programs.join(input, signal)),
      openSession: os.openSession.handler(({ input }) => programs.open(input)),
      ask: os.ask.handler(({ input }) => programs.ask(input)),
      cancelAsks: os.cancelAsks.handler(({ input }) => programs.cancel(input)),
      closeSession: os.closeSession.handler(({ input }) => programs.close(input)),
      jobsOf: os.jobsOf.handler(({ input }) => programs.jobsOf(input.tokens)),
      endsOf: os.endsOf.handler(({ input }) => programs.endsOf(input.jobIds)),
      stop: os.stop.handler(({ input }) => calls.stop(input.borrower)),
      handOver: os.handOver.handler(() => onHandOver?.() ?? false),
      exportTable: os.exportTable.handler(async ({ input }) => {
        const run = await app.runs.found(input.runId);
        const dataset = await app.importer.whole(run.datasetId);
        const path = input.path ?? resultsPath(run.outputDir, input.format);
        await writeTable(app.store, { run, dataset, format: input.format, path });
        return path;
      }),
      exportPictures: os.exportPictures.handler(({ input, signal }) =>
        withRefusals(
          app,
          progressOf(async (tell, stop) => {
            const { path, sentence } = await exportRun(app, input, { version, tell, signal: stop });
            return { path, sentence };
          }, signal),
        ),
      ),
      addKeys: os.addKeys.handler(({ input: { endpointId, keys, ...batch } }) =>
        app.fleet.addKeys(
          endpointId,
          keys.map(({ label, secret }) => ({ label, secret: new Secret(secret) })),
          batch,
        ),
      ),
      testLent: os.testLent.handler(({ input }) => app.fleet.testLent(sealed(input.fleet))),
      addToken: os.addToken.handler(async ({ input }) => {
        const { token, secret } = await app.tokens.add(input);
        return { token, secret: secret.reveal() };
      }),
      importEnv: os.importEnv.handler(({ input }) => importEnvFile(app, input.path)),
    }),
  };
}

interface Asked {
  readonly borrower: string;
  readonly plan: Parameters<FolderRun['run']>[0];
  readonly fleet: Parameters<typeof sealed>[0] | null;
}

interface Lender {
  readonly app: App;
  /** Its endpoints and keys are not the library's. */
  isGiven(): boolean;
}

type BorrowedCalls = ReturnType<typeof createBorrowedCalls>;

function createBorrowedCalls({ app, isGiven }: Lender, borrowed: Map<string, Borrowed>, state: DoorState) {
  /** What a borrower asks for, with what it lent, until it is over or the borrower is gone. */
  async function* carryOut<Event extends { kind: string }, End>(
    { borrower, fleet }: Asked,
    work: (run: FolderRun, mailbox: Mailbox<Event | Note | Told<End>>) => Promise<End>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Event | Note | Told<End | RefusedRun>, void, void> {
    if (state.isClosing) {
      yield { kind: 'handover' };
      return;
    }
    if (fleet === null && isGiven()) {
      yield { kind: 'end', end: { kind: 'refused', sentence: givenElsewhere(process.pid) } };
      return;
    }
    const endpointIds = fleet === null ? null : await app.fleet.lend(borrower, sealed(fleet));
    if (state.isClosing) {
      app.fleet.takeBack(borrower);
      yield { kind: 'handover' };
      return;
    }
    const run = new FolderRun(app, endpointIds === null ? undefined : { name: borrower, endpointIds });
    const isStopped = state.stoppedEarly.delete(borrower);
    if (isStopped || signal?.aborted === true) {
      void run.stop();
    }
    const mailbox = createMailbox<Event | Note | Told<End>>(missedNote);
    const over = work(run, mailbox)
      .then((end) => {
        const isHandedOver = state.isClosing && borrowed.get(borrower)?.isStopped !== true;
        mailbox.end(isHandedOver ? { kind: 'handover' } : { kind: 'end', end });
      })
      .catch((error: unknown) => {
        app.log.error('door', error instanceof Error ? (error.stack ?? error.message) : String(error));
        mailbox.fail(tellable(error));
      })
      .finally(() => {
        borrowed.delete(borrower);
        app.fleet.takeBack(borrower);
      });
    borrowed.set(borrower, { run, over, isStopped });
    // A run that is over may have been continued by somebody else since.
    const leave = (): void => void (borrowed.get(borrower)?.run === run && run.stop());
    signal?.addEventListener('abort', leave, { once: true });
    try {
      yield* mailbox.read();
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  async function stop(borrower: string): Promise<void> {
    const one = borrowed.get(borrower);
    if (one === undefined) {
      state.stoppedEarly.add(borrower);
      setTimeout(() => state.stoppedEarly.delete(borrower), EARLY_STOP_MS).unref();
    } else {
      one.isStopped = true;
      await one.run.stop();
    }
  }

  return {
    stop,
    run: (input: Asked & { readonly wantsJobs: boolean }, signal: AbortSignal | undefined) =>
      carryOut<Exclude<RunEvent, { kind: 'end' | 'handover' }>, RunEnd>(
        input,
        (run, mailbox) =>
          run.run(input.plan, {
            onNote: (sentence) => mailbox.post({ kind: 'note', sentence }),
            onProgress: (progress) => mailbox.replace('progress', { kind: 'progress', run: progress }),
            onJob: (job) => input.wantsJobs && mailbox.post({ kind: 'jobs', jobs: [job] }),
          }),
        signal,
      ),
    check: (input: Asked, signal: AbortSignal | undefined) =>
      carryOut<Exclude<CheckEvent, { kind: 'end' | 'handover' }>, CheckEnd>(
        input,
        (run, mailbox) =>
          run.check(input.plan, {
            onNote: (sentence) => mailbox.post({ kind: 'note', sentence }),
            onReport: (report) => mailbox.replace('report', { kind: 'report', report }),
          }),
        signal,
      ),
  };
}

interface Note {
  readonly kind: 'note';
  readonly sentence: string;
}

function missedNote(count: number): Note {
  return {
    kind: 'note',
    sentence: `${count} lines are missing here, because they were not read in time: the results in the output folder have them all.`,
  };
}

/** What the database refuses is a sentence for a person; anything else the log alone has. */
function tellable(error: unknown): unknown {
  return error instanceof StoreError ? new ORPCError(STORE_CODE, { message: error.message }) : error;
}

type RunEnd = Awaited<ReturnType<FolderRun['run']>>;
type CheckEnd = Awaited<ReturnType<FolderRun['check']>>;
type Told<End> = { readonly kind: 'end'; readonly end: End } | { readonly kind: 'handover' };

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within this call: at no moment may another user connect.
    const before = process.umask(0o177);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });
}
