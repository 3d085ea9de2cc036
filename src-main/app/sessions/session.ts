/**
 * Requests that come one by one, from a person at the Text screen, a caller of the service, or a program that streams:
 * each is a job of a run that stays open, and so has the pool, the journal, the caps and the screens that runs have.
 */
import type { Failure } from '@shared/model/failure';
import type { Caps, WaitForQuota } from '@shared/model/run';
import type { Ask, TextResult } from '@shared/model/text';
import type { Usage } from '../../engine/ports';
import type { Pass } from './passes';

export interface SessionOptions {
  /** What the run is called; a session of the same name goes on in the same run. */
  readonly name: string;
  /** What its new run is called on screen where that is not the name by which it is found again. */
  readonly title?: string;
  /** Requests in flight at most. */
  readonly concurrency: number;
  /** Counted retries of a request. */
  readonly maxRetries: number;
  /** Only these endpoints may serve it; absent: all that speak the model's protocol. */
  readonly endpointIds?: readonly string[];
  /** Who lent the keys that alone may serve it (src-main/app/fleet/fleet-loans.ts). */
  readonly borrower?: string;
  /** Over all that the session ever sent. */
  readonly caps?: Caps;
  /** The token whose caps its requests count against, beside `caps`. */
  readonly payer?: string;
  /**
   * Whether requests wait while their keys are out of quota; those that do not, fail. Absent: for minutes, not for days.
   */
  readonly waitForQuota?: WaitForQuota;
  /**
   * When an answer is told: once the library holds it (absent: `kept`), or as soon as it has come (`known`), for callers
   * elsewhere who wait for every millisecond. A process that is killed within some 10 ms of that has told an answer
   * whose job it will find `unknown`.
   */
  readonly tells?: 'kept' | 'known';
  readonly allowPrivateUrls?: boolean;
  /**
   * Folders besides its own whose files its requests may name. `all` (any file that the process can read) is for a
   * command line, whose user could read them anyway, and never for a caller: the proxy keeps what callers send in one
   * folder of the library, and names that one.
   */
  readonly roots?: readonly string[] | 'all';
  /**
   * `cancel`: what waits in the library from an earlier process is cancelled, not sent: whoever asked is gone. What this
   * process was asked itself, before the session was closed with `keep`, goes on. Absent: resume.
   */
  readonly leftovers?: 'resume' | 'cancel';
  /** When it is closed and nothing was ever sent for it, it leaves no run behind: whoever asked does not come back to it. */
  readonly leavesNothingUnsent?: true;
}

export interface SubmitOptions {
  /**
   * Aborted: what has not been sent is never sent, and the promise settles as `cancelled` at once. What was sent is
   * finished and kept, never sent again, and the promise settles when it has ended, with what became of it.
   */
  readonly signal?: AbortSignal;
  /** Given: the answer is streamed where the provider can. */
  readonly onDelta?: (text: string) => void;
  /** What came so far is void: it is asked again. */
  readonly onAgain?: (why: string) => void;
  /** Kept with it in the library, by which who asked finds it again (asked-jobs.ts). */
  readonly token?: string;
  /** It is in the library, before it is sent. */
  readonly onJob?: (jobId: number) => void;
  /** Its place among the requests of others, without which it is not sent; absent: it needs none. */
  readonly pass?: Pass;
}

export type SessionAnswer =
  | {
      readonly kind: 'text';
      readonly jobId: number;
      readonly answer: TextResult;
      readonly usage: Usage;
      readonly model: string;
      readonly costUsd: number | null;
      readonly seconds: number;
    }
  | {
      readonly kind: 'picture';
      readonly jobId: number;
      /** Absolute. */
      readonly path: string;
      readonly mimeType: string;
      readonly width: number;
      readonly height: number;
      readonly usage: Usage;
      readonly model: string;
      readonly costUsd: number | null;
      readonly seconds: number;
    }
  | { readonly kind: 'failed'; readonly jobId: number; readonly failure: Failure }
  /** By its caller, before it was sent. `jobId` 0: before it was in the library. */
  | { readonly kind: 'cancelled'; readonly jobId: number };

export interface Session {
  readonly runId: number;
  /**
   * Rejects only where the library cannot be written, or the session is closed. One that nothing can serve (no key, a cap
   * that is reached, a quota that is not waited for) fails with that kind, is not sent later, and the next may be served.
   */
  submit(ask: Ask, options?: SubmitOptions): Promise<SessionAnswer>;
  /** All of them, journalled in one commit; answers in their order. */
  submitAll(asks: readonly Ask[], options?: readonly SubmitOptions[]): readonly Promise<SessionAnswer>[];
  standing(): SessionStanding;
  /** From the next lease on. */
  change(options: Partial<Pick<SessionOptions, 'concurrency' | 'caps'>>): void;
  /**
   * Takes no more. `drain`: what waits is carried out first; `keep`: what waits stays pending in the library and goes on
   * when a session of this name is opened again; `drop`: what waits is cancelled, and what fails is not
   * sent again. What is in flight is finished always.
   */
  close(how: 'drain' | 'keep' | 'drop'): Promise<void>;
}

export interface SessionStanding {
  readonly inFlight: number;
  readonly waiting: number;
}

export interface Sessions {
  /** Opens or goes on with the session of that name. One at a time for each name. */
  open(options: SessionOptions): Promise<Session>;
  /**
   * Sessions of an earlier process whose names begin so, and whose callers went with it: what waits in them is never
   * sent, and those that sent nothing are forgotten.
   */
  endEarlier(prefix: string): Promise<void>;
  /** Closes all; called when the app closes. */
  close(): Promise<void>;
}
