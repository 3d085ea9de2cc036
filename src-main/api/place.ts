/** Where a program's requests are carried out: in this process's own app, or in that of the library's owner. */
import type { ModelChoice } from '@shared/model/run';
import type { TextAsk } from '@shared/model/text';
import type { App } from '../app';
import { jobsOf } from '../app/sessions/asked-jobs';
import {
  endsOf,
  type KeyStandings,
  type PlaceRequest,
  type PlaceSession,
  type ProgramAnswer,
  programPlace,
} from '../app/program-place';
import type { SubmitOptions } from '../app/sessions/session';
import { ClientError } from './errors';

/** How an owner ended: it told so, and sends nothing more of what has no answer; or nobody knows. */
export type Gone = 'handedOver' | 'died';

/** The owner ended before this was done: it is done at the next. */
export class OwnerGone extends Error {
  override readonly name = 'OwnerGone';

  constructor() {
    super('The Brushfleet that had the library open has ended.');
  }
}

export interface OpenPlace {
  readonly model: ModelChoice;
  /** Which process it is. */
  readonly owner: string;
  /** Rejects with OwnerGone, then as `gone` tells. */
  open(session: PlaceSession): Promise<OpenPlaceSession>;
  keyStatus(): KeyStandings;
  /** By token; null: it never came to the library, and so never left. Absent: nobody can tell. */
  jobsOf(tokens: readonly string[]): Promise<ReadonlyMap<string, number | null>>;
  /** What became of requests of an owner that died; those that never left are absent, and never will. */
  endsOf(jobIds: readonly number[]): Promise<ReadonlyMap<number, ProgramAnswer>>;
  leave(): Promise<void>;
  /** Of this process's own: never. */
  readonly gone: Promise<Gone>;
}

export interface OpenPlaceSession {
  /**
   * Those that the owner has not answered when it is gone stay open for ever; those that it had not heard of by then, or
   * when the session was closed, reject with OwnerGone.
   */
  submitAll(
    asks: readonly TextAsk[],
    options: readonly Omit<SubmitOptions, 'onAgain'>[],
  ): readonly Promise<ProgramAnswer>[];
  inFlight(): number;
  close(how: 'keep' | 'drop'): Promise<void>;
}

/** Throws ClientError. */
export async function ownPlace(app: App, request: PlaceRequest): Promise<OpenPlace> {
  const place = await programPlace(app, request);
  if (place.kind === 'refused') {
    throw new ClientError(place.sentence);
  }
  return {
    model: place.model,
    owner: String(process.pid),
    async open(options) {
      const session = await place.open(options);
      return {
        submitAll: session.submitAll,
        inFlight: () => session.standing().inFlight,
        close: session.close,
      };
    },
    keyStatus: place.keyStatus,
    jobsOf: (tokens) => jobsOf(app.store, tokens),
    endsOf: (jobIds) => endsOf(app, jobIds),
    leave: async () => place.leave(),
    gone: new Promise(() => undefined),
  };
}
