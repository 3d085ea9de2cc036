/** Why a request stands still, or failed, in the studio's own words: here are pictures and requests, no rows and no runs. Pure. */
import { isDemoModel } from '@shared/demo';
import { FAILURES } from '@shared/model/failure';
import type { FailureKind } from '@shared/model/failure';
import type { Run } from '@shared/model/run';
import type { ResultOrigin } from './node-words';

/** What gets it going again. */
export type WayOut = 'unlock' | 'resume' | 'endpoints' | 'settings';

export interface Standing {
  readonly word: string;
  readonly sentence: string;
  readonly waysOut: readonly WayOut[];
}

const IN_TURN: Standing = {
  word: 'Waiting',
  sentence: 'Waits for its turn among everything else that is sent.',
  waysOut: [],
};

/** Of a picture whose request has not left; `run`: that of its request, as far as it is known. */
export function standingOf({ ask }: ResultOrigin, run: Run | undefined, isLocked: boolean): Standing {
  const state = run?.state;
  const isWaiting = state?.kind === 'paused' || state?.kind === 'waiting';
  if (isLocked && isWaiting && !isDemoModel(ask.model)) {
    return {
      word: 'Waiting',
      sentence: 'Your keys are locked: it is sent once you have given your passphrase.',
      waysOut: ['unlock'],
    };
  }
  switch (state?.kind) {
    case 'waiting':
      return state.reason === ''
        ? IN_TURN
        : {
            word: 'Waiting',
            sentence: `${ofRequest(state.reason)} It is sent by itself then.`,
            waysOut: ['endpoints'],
          };
    case 'draining':
      return {
        word: 'Pausing',
        sentence: 'Its request is being paused: what is in flight ends first.',
        waysOut: [],
      };
    case 'paused':
      return {
        word: 'Paused',
        sentence: state.reason === '' ? 'It was paused before it was sent.' : ofRequest(state.reason),
        waysOut: waysOutOf(state.failure),
      };
    case 'planned':
    case 'running':
    case 'finished':
    case undefined:
      return IN_TURN;
  }
}

function waysOutOf(failure: FailureKind | undefined): readonly WayOut[] {
  if (failure === 'storage') {
    return ['resume'];
  }
  return ['resume', failure === 'budget' ? 'settings' : 'endpoints'];
}

/** The reasons are written for runs; the more special come first. */
const IN_PLACE_OF_RUNS: readonly (readonly [RegExp, string])[] = [
  [/the (?:remaining )?jobs stay pending until the run is resumed/g, 'it is sent when you resume it'],
  [/, or let the run wait for quota/g, ''],
  [/One of its jobs/g, 'One of its pictures'],
  [/resume the run/g, 'resume it'],
  [/\bthis run\b/g, 'this request'],
  [/\bThis run\b/g, 'This request'],
  [/\bthe run\b/g, 'the request'],
];

/** As a sentence of its own. */
function ofRequest(reason: string): string {
  const words = IN_PLACE_OF_RUNS.reduce((text, [run, request]) => text.replaceAll(run, request), reason);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}

const REMEDIES: Partial<Readonly<Record<FailureKind, string>>> = {
  overloaded: 'Send it again later, or choose another model.',
  network: 'Check the connection and the base URL of the endpoint, then send it again.',
  timeout:
    'Raise the timeout of the endpoint, or ask for a smaller picture. A cut-off at 100 to 125 s usually means a gateway in between.',
  blocked:
    'The provider refused this content. Change the instruction or the pictures that go with it, then send it again.',
  no_image: 'The model answered without a picture. Send it again, or ask more clearly for a picture.',
  token_limit:
    'The model used up its output tokens before it drew anything. Make the instruction simpler, or choose another model.',
  bad_input: 'Nothing was sent. Take the picture out of the request or bring it in again, then send it.',
  storage: 'Free space, or restore the folder of the library, then send it again.',
  budget: 'Raise the cap in Settings, then send it again.',
};

/** What can be done about a picture that failed. */
export function remedyOf(kind: FailureKind): string {
  return REMEDIES[kind] ?? FAILURES[kind].remedy;
}
