/**
 * Whose keys serve a request: the server's pool, the environment's, or the caller's own, which serve nobody else and
 * are forgotten when they have not been used for a while. Each has a session of its own.
 */
import { randomUUID } from 'node:crypto';
import type { Provider } from '@shared/model/provider';
import type { GivenFleet } from '../app/fleet/fleet-roster';
import type { Session, SessionOptions } from '../app/sessions/session';
import { type EnvFleet, fleetFromEnv } from '../fleet-env/fleet-from-env';
import type { Environment } from '../fleet-env/variables';
import { hasLockedKeys } from './locked-keys';
import { type CallerKeys, lentBy, nameOf, providersOf } from './caller-keys';
import { Problem } from './problem';
import type { ServiceApp } from './service-app';

/** Whoever asks one thing is told at once that the quota is out; a batch waits for minutes. */
export type Manner = 'single' | 'batch';

export interface Caller {
  /** Whose fault a refused key is. */
  readonly whose: 'own' | 'pool';
  /** Those that may serve it. */
  readonly providers: readonly Provider[];
  /** They are the library's own, behind a passphrase that nobody gave. */
  readonly areLocked?: boolean;
  session(manner: Manner): Promise<Session>;
  /** The request is over. */
  release(): void;
}

export interface CallersOptions {
  readonly app: ServiceApp;
  readonly env: Environment;
  readonly limit: number;
  /** Keys of callers that are known at the same time; absent: MOST_CALLERS. */
  readonly mostCallers?: number;
}

/** A caller's key that is not used for so long is forgotten. */
const IDLE_MS = 60_000;
/** Each has a session, an endpoint and a key of its own; those that nobody uses at the moment make room for others. */
const MOST_CALLERS = 500;
/** What their sessions are called. */
const CALLER = 'service caller ';
/** Besides the failures that cost no retry. */
const RETRIES = 2;

/** A caller whose key is lent to the pool. */
interface Entry {
  readonly borrower: string;
  readonly lent: Promise<readonly string[]>;
  readonly sessions: Rooms;
  uses: number;
  cancelIdle(): void;
  /** Under way since nobody used it any more. */
  closing: Promise<void> | null;
}

export type Callers = ReturnType<typeof createCallers>;

export function createCallers(options: CallersOptions) {
  const { app, env, limit, mostCallers = MOST_CALLERS } = options;
  /** Those whose last request is longest ago first. */
  const entries = new Map<string, Entry>();
  const pool = createRooms((manner) => open({ name: 'service' }, manner));
  let environment: Entry | null = null;
  let found: EnvFleet | null = null;

  /** Of the process, whose environment never changes: every request asks for it. */
  function environmentFleet(): EnvFleet {
    found ??= fleetFromEnv({ provider: 'google_genai', env, flags: {} });
    return found;
  }

  function open(
    given: Pick<SessionOptions, 'name' | 'borrower' | 'endpointIds' | 'leavesNothingUnsent'>,
    manner: Manner,
  ): Promise<Session> {
    return app.sessions.open({
      ...given,
      name: manner === 'single' ? given.name : `${given.name} batches`,
      concurrency: limit,
      maxRetries: RETRIES,
      waitForQuota: manner === 'single' ? 'never' : 'minutes',
      leftovers: 'cancel',
      tells: 'known',
    });
  }

  /** These keys serve this one alone, beside the pool's own. */
  function lend(fleet: GivenFleet, given: Pick<SessionOptions, 'name' | 'leavesNothingUnsent'>): Entry {
    const borrower = `service ${randomUUID()}`;
    const lent = app.fleet.lend(borrower, fleet);
    return {
      borrower,
      lent,
      sessions: createRooms(async (manner) => open({ ...given, borrower, endpointIds: await lent }, manner)),
      uses: 0,
      cancelIdle: () => undefined,
      closing: null,
    };
  }

  async function enter(id: string, keys: CallerKeys): Promise<Entry> {
    const fleet = lentBy(id, keys, env);
    for (;;) {
      const known = entries.get(id);
      const closing = known?.closing ?? null;
      if (closing !== null) {
        await closing;
        continue;
      }
      if (known === undefined && entries.size >= mostCallers) {
        await makeRoom();
        continue;
      }
      const entry = known ?? lend(fleet, { name: `${CALLER}${id}`, leavesNothingUnsent: true });
      entries.set(id, entry);
      // The next request tries anew, and nobody may be waiting for this one yet.
      entry.lent.catch(() => drop(id, entry));
      entry.uses += 1;
      entry.cancelIdle();
      return entry;
    }
  }

  /**
   * Else whoever sends a thousand keys would keep everybody else out. What is still under way for one whose caller has
   * gone may take minutes: those with nothing under way go first.
   */
  async function makeRoom(): Promise<void> {
    const unused = [...entries].filter(([, { uses }]) => uses === 0);
    const closing = unused.flatMap(([, entry]) => entry.closing ?? []);
    const open = unused.filter(([, entry]) => entry.closing === null);
    const quiet = open.find(([, { sessions }]) => sessions.areQuiet());
    const [next] = quiet === undefined && closing.length === 0 ? open : [quiet];
    const going = next === undefined ? closing : [...closing, forget(...next)];
    if (going.length === 0) {
      throw tooMany();
    }
    await Promise.race(going);
  }

  function leave(id: string, entry: Entry): void {
    entry.uses -= 1;
    if (entry.uses === 0) {
      if (entries.get(id) === entry) {
        entries.delete(id);
        entries.set(id, entry);
      }
      forgetWhenIdle(id, entry);
    }
  }

  /** What is under way for a caller who has gone is not to hold up his next request. */
  function forgetWhenIdle(id: string, entry: Entry): void {
    entry.cancelIdle = app.clock.setTimer(IDLE_MS, () => {
      if (entry.sessions.areQuiet()) {
        void forget(id, entry);
      } else {
        forgetWhenIdle(id, entry);
      }
    });
  }

  function forget(id: string, entry: Entry): Promise<void> {
    entry.cancelIdle();
    entry.closing ??= closeEntry(entry).finally(() => drop(id, entry));
    return entry.closing;
  }

  function drop(id: string, entry: Entry): void {
    if (entries.get(id) === entry) {
      entries.delete(id);
    }
  }

  function lendEnvironment(fleet: GivenFleet): Entry {
    const entry = lend(fleet, { name: 'service environment' });
    entry.lent.catch(() => {
      environment = null;
      app.fleet.takeBack(entry.borrower);
    });
    return entry;
  }

  async function closeEntry(entry: Entry): Promise<void> {
    try {
      await entry.sessions.close();
    } catch (error) {
      app.log.warning('service', `a caller's session: ${String(error)}`);
    }
    // What is lent after it was taken back stays lent.
    await entry.lent.catch(() => undefined);
    app.fleet.takeBack(entry.borrower);
  }

  const ofPool = (providers: readonly Provider[]): Caller => ({
    whose: 'pool',
    providers,
    session: pool.of,
    release: () => undefined,
  });

  return {
    ofPool: (): Caller => ({ ...ofPool(app.fleet.providers()), areLocked: hasLockedKeys(app) }),
    ofEnvironment(): Caller {
      const fleet = environmentFleet();
      if (fleet.kind === 'refused') {
        throw new Problem(503, fleet.sentence);
      }
      // A command line's fleet is its environment's already.
      if (app.fleet.isGiven()) {
        return ofPool(['google_genai']);
      }
      environment ??= lendEnvironment(fleet);
      const { sessions } = environment;
      return { whose: 'pool', providers: ['google_genai'], session: sessions.of, release: () => undefined };
    },
    async ofKeys(keys: CallerKeys): Promise<Caller> {
      const id = nameOf(keys, app);
      const entry = await enter(id, keys);
      let isUsed = true;
      return {
        whose: 'own',
        providers: providersOf(keys),
        session: entry.sessions.of,
        release() {
          if (isUsed) {
            isUsed = false;
            leave(id, entry);
          }
        },
      };
    },
    /** Before anybody calls: callers of an earlier process are gone, and so are the keys that alone may serve them. */
    endEarlier: (): Promise<void> => app.sessions.endEarlier(CALLER),
    hasEnvironment: (): boolean => environmentFleet().kind === 'ok',
    /** What was sent is finished and kept. */
    async close(): Promise<void> {
      await Promise.allSettled([
        pool.close(),
        environment === null ? undefined : closeEntry(environment),
        ...[...entries].map(([id, entry]) => forget(id, entry)),
      ]);
    },
  };
}

interface Rooms {
  of(this: void, manner: Manner): Promise<Session>;
  /** Nothing is under way in them, and none is being opened. */
  areQuiet(): boolean;
  close(): Promise<void>;
}

/** A session for each manner, opened when it is first needed. */
function createRooms(open: (manner: Manner) => Promise<Session>): Rooms {
  const opened = new Map<Manner, Promise<Session>>();
  const ready = new Set<Session>();
  return {
    of(manner) {
      const known = opened.get(manner);
      if (known !== undefined) {
        return known;
      }
      const opening = open(manner);
      opened.set(manner, opening);
      opening.then(
        (session) => ready.add(session),
        () => opened.delete(manner),
      );
      return opening;
    },
    areQuiet: () => ready.size === opened.size && [...ready].every(isQuiet),
    async close() {
      await Promise.allSettled([...opened.values()].map(async (one) => (await one).close('drop')));
    },
  };
}

function isQuiet(session: Session): boolean {
  const { inFlight, waiting } = session.standing();
  return inFlight + waiting === 0;
}

function tooMany(): Problem {
  return new Problem(503, 'Too many callers use keys of their own at the moment: try again in a minute.', {
    retryAfterMs: IDLE_MS,
  });
}
