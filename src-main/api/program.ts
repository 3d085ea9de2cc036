/**
 * A program's sessions, wherever they are carried out. When the owner of the library ends, they go on at the next one,
 * which may be this process: what the owner had sent is not sent again, and what it had not is asked there.
 */
import { randomUUID } from 'node:crypto';
import type { ModelChoice } from '@shared/model/run';
import type { TextAsk } from '@shared/model/text';
import type { KeyStandings, PlaceSession, ProgramAnswer } from '../app/program-place';
import type { SubmitOptions } from '../app/sessions/session';
import { type Gone, type OpenPlace, type OpenPlaceSession, OwnerGone } from './place';
import { type LeftAsk, LOST_ANSWER, settleLeft } from './settle-left';

export type AskOptions = Pick<SubmitOptions, 'signal' | 'onDelta'>;

export interface ProgramSession {
  submitAll(asks: readonly TextAsk[], options: readonly AskOptions[]): readonly Promise<ProgramAnswer>[];
  standing(): { readonly inFlight: number; readonly waiting: number };
  close(how: 'keep' | 'drop'): Promise<void>;
}

export interface Program {
  readonly model: ModelChoice;
  open(options: PlaceSession): Promise<ProgramSession>;
  keyStatus(): KeyStandings;
  leave(): Promise<void>;
}

interface Asked extends LeftAsk {
  readonly ask: TextAsk;
  readonly options: AskOptions;
  readonly answer: Promise<ProgramAnswer>;
  /** An owner has been asked, and has not said that it sends nothing more. */
  isAsked: boolean;
  fail(error: unknown): void;
}

/** All that was asked by one name and has no answer yet. */
interface Carried {
  options: PlaceSession;
  /** Null: closed. What waits goes on when it is opened again. */
  inner: Promise<OpenPlaceSession> | null;
  readonly asked: Set<Asked>;
  inFlight(): number;
}

/** `next`: a place at the library's next owner; looked for only once there is something to ask. */
export function createProgram(first: OpenPlace, next: () => Promise<OpenPlace>): Program {
  const sessions = new Map<string, Carried>();
  let place = first;
  let ended: Gone | null = null;
  let moving: Promise<void> | null = null;
  let hasLeft = false;
  watch();

  function watch(): void {
    void place.gone.then((how) => {
      if (hasLeft) {
        return everyAsked().forEach((one) => one.fail(closed()));
      }
      ended = how;
      if (how === 'handedOver') {
        everyAsked().forEach(askAnew);
      }
      return everyAsked().length === 0 ? undefined : ready().catch(() => undefined);
    });
  }

  const everyAsked = (): readonly Asked[] => [...sessions.values()].flatMap(({ asked }) => [...asked]);

  /** Resolves when there is an owner to ask. */
  function ready(): Promise<void> {
    if (hasLeft) {
      return Promise.reject(closed());
    }
    if (ended !== null) {
      moving ??= move(ended).finally(() => {
        moving = null;
      });
    }
    return moving ?? Promise.resolve();
  }

  async function move(how: Gone): Promise<void> {
    const { owner } = place;
    try {
      do {
        await place.leave();
        place = await next();
        if (hasLeft) {
          await place.leave();
          throw closed();
        }
      } while (
        how === 'died' &&
        !(await settleLeft(
          place,
          everyAsked().filter(({ isAsked }) => isAsked),
          owner,
        ))
      );
    } catch (error) {
      everyAsked().forEach((one) => (one.isAsked ? one.settle(LOST_ANSWER) : one.fail(error)));
      throw error;
    }
    // Only now: what came meanwhile would go to sessions of the owner that is gone.
    ended = null;
    everyAsked().forEach(askAnew);
    for (const session of sessions.values()) {
      if (session.inner !== null) {
        begin(session);
      }
    }
    watch();
  }

  /** Opens it where the program is now, and asks what has not been asked there. */
  function begin(session: Carried): void {
    session.inner = place.open(session.options);
    session.inner.catch(() => undefined);
    submit(session, [...session.asked]);
  }

  function submit(session: Carried, group: readonly Asked[]): void {
    const { inner } = session;
    const at = place;
    if (inner === null) {
      // It waits until the session is opened again.
      return;
    }
    const unasked = (): readonly Asked[] => group.filter((one) => !one.isAsked && session.asked.has(one));
    const fail = (error: unknown): void => {
      // What is gone is asked at the next place.
      if (!(error instanceof OwnerGone)) {
        unasked().forEach((one) => one.fail(error));
      }
    };
    inner.then((opened) => {
      if (at !== place || ended !== null) {
        // It is asked at the next place.
        return;
      }
      session.inFlight = opened.inFlight;
      const mine = unasked();
      mine.forEach((one) => (one.isAsked = true));
      const answers = opened.submitAll(
        mine.map(({ ask }) => ask),
        mine.map((one) => ({
          ...one.options,
          token: one.token,
          onJob: (jobId: number) => void (one.jobId = jobId),
        })),
      );
      mine.forEach((one, index) => {
        void answers[index]?.then(one.settle, (error: unknown) => {
          if (!(error instanceof OwnerGone)) {
            one.fail(error);
          } else if (at === place) {
            askAnew(one);
          }
        });
      });
    }, fail);
  }

  function asking(session: Carried, ask: TextAsk, options: AskOptions): Asked {
    let settle: (answer: ProgramAnswer) => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const answer = new Promise<ProgramAnswer>((resolve, reject) => {
      [settle, fail] = [resolve, reject];
    });
    const over = (): void => {
      session.asked.delete(one);
      options.signal?.removeEventListener('abort', onAbort);
    };
    const one: Asked = {
      ask,
      options,
      answer,
      token: randomUUID(),
      isAsked: false,
      jobId: null,
      settle: (end) => (over(), settle(end)),
      fail: (error) => (over(), fail(error)),
    };
    const onAbort = (): void => forgetUnwanted(one);
    options.signal?.addEventListener('abort', onAbort);
    session.asked.add(one);
    return one;
  }

  /** Nobody has sent it, and nobody will that was asked before. */
  function askAnew(one: Asked): void {
    one.isAsked = false;
    one.jobId = null;
    one.token = randomUUID();
    forgetUnwanted(one);
  }

  /** Whoever asked is gone, and nobody has been asked. */
  function forgetUnwanted(one: Asked): void {
    if (!one.isAsked && one.options.signal?.aborted === true) {
      one.settle({ kind: 'cancelled' });
    }
  }

  async function open(session: Carried): Promise<void> {
    for (;;) {
      await ready();
      begin(session);
      try {
        await session.inner;
        return;
      } catch (error) {
        if (!(error instanceof OwnerGone)) {
          session.inner = null;
          throw error;
        }
      }
    }
  }

  async function close(session: Carried, how: 'keep' | 'drop'): Promise<void> {
    const { inner } = session;
    session.inner = null;
    try {
      await (await inner)?.close(how);
    } catch (error) {
      if (!(error instanceof OwnerGone)) {
        throw error;
      }
      const isUnknown = [...session.asked].some(({ isAsked }) => isAsked);
      // Whom it could not tell, it has failed.
      await (isUnknown ? ready().catch(() => undefined) : undefined);
    }
    if (how === 'drop') {
      // What no owner has been asked, none is.
      [...session.asked]
        .filter(({ isAsked }) => !isAsked)
        .forEach((one) => one.settle({ kind: 'cancelled' }));
    }
  }

  function sessionFor(options: PlaceSession): Carried {
    const known = sessions.get(options.name);
    const session = known ?? { options, inner: null, asked: new Set<Asked>(), inFlight: () => 0 };
    session.options = options;
    sessions.set(options.name, session);
    return session;
  }

  return {
    model: first.model,
    async open(options) {
      const session = sessionFor(options);
      await open(session);
      return {
        submitAll(asks, how) {
          const group = asks.map((ask, at) => asking(session, ask, how[at] ?? {}));
          group.forEach(forgetUnwanted);
          if (hasLeft) {
            group.forEach((one) => one.fail(closed()));
          } else if (ended === null) {
            submit(session, group);
          } else {
            // Who is left without an owner hears of it from there.
            ready().then(
              () => submit(session, group),
              () => undefined,
            );
          }
          return group.map(({ answer }) => answer);
        },
        standing() {
          const inFlight = Math.min(session.inFlight(), session.asked.size);
          return { inFlight, waiting: session.asked.size - inFlight };
        },
        close: (how) => close(session, how),
      };
    },
    keyStatus: () => place.keyStatus(),
    async leave() {
      hasLeft = true;
      everyAsked().forEach((one) => void (one.isAsked || one.fail(closed())));
      await place.leave();
    },
  };
}

const closed = (): Error => new Error('This Brushfleet is closed: create another.');
