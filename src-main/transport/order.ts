/** What crosses between the main thread and a transport worker. Everything here survives a structured clone. */
import type { Provider } from '@shared/model/provider';
import type { Endpoint } from '@shared/model/endpoint';
import type { JsonValue } from '@shared/json';
import type { Generation, Message } from '@shared/model/text';
import type { AttemptOutcome, ReceivedFile, Repair } from '../engine/ports';

/** One request, complete: a worker needs nothing else to carry it. */
export type Order = PictureOrder | TextOrder;

/** What every order names. */
interface OrderBase {
  readonly endpoint: Endpoint;
  /** The revealed key. It lives in memory only: a message between threads of one process touches no disk. */
  readonly secret: string | null;
  readonly model: string;
  readonly input: InputRules;
}

/** A text answer asked for. */
export interface TextOrder extends OrderBase {
  readonly task: 'text';
  /** For the files that its key holds. */
  readonly keyId: string | null;
  readonly runId: number;
  readonly system: string;
  /** The last is the user's; media are references. */
  readonly messages: readonly Message[];
  readonly generation: Generation;
  /** What the answer must fit; null: free text. */
  readonly schema: JsonShape | StoryShape | null;
  readonly nativeSchema: boolean | null;
  /** Whether pieces of the answer are told as they come. */
  readonly streams: boolean;
  /** The answer before, which did not fit. */
  readonly repair?: Repair;
}

export interface JsonShape {
  readonly kind: 'json';
  readonly schema: Readonly<Record<string, JsonValue>>;
}

/** The cinematic story, with its cross-field rules. */
export interface StoryShape {
  readonly kind: 'story';
  /** Absent: any voice will do. */
  readonly voices?: readonly string[];
}

export interface PictureOrder extends OrderBase {
  readonly task: 'edit' | 't2i';
  readonly prompt: string;
  /** Paths, URLs, data URLs or `embedded:` references, in the order they are sent. */
  readonly inputs: readonly string[];
  readonly mask: string | null;
  readonly aspectRatio: string | null;
  readonly imageSize: string | null;
  readonly responseFormat: boolean | null;
  readonly quality?: string;
  /** So many pictures on the way to the result are asked for. */
  readonly partialImages?: number;
  /** What was said before, oldest first: the model gets its own answers back as its turns. */
  readonly history?: readonly OrderTurn[];
  /** Whether the model's turn is wanted back, for a conversation that may go on. */
  readonly keepsTurn?: boolean;
  readonly outputDir: string;
  /** File name below `outputDir` without extension; may hold folders. */
  readonly stem: string;
  /** Of the library: whose its file is until it has its final name (temporary-name.ts). */
  readonly mark: string;
}

/** One request of a conversation and its answer. */
export interface OrderTurn {
  readonly prompt: string;
  readonly inputs: readonly string[];
  /** Absolute path of the picture that was answered. */
  readonly answer: string;
  /** `AttemptOutcome.turn` of that answer. */
  readonly turn: string;
}

/**
 * Whether it can be prepared before it may leave. The inputs of a picture that does not leave would be read in vain, and
 * cost others their turn: they wait until it is sent.
 */
export function readsNothing(order: Order): boolean {
  return (
    order.task === 'text' ||
    (order.inputs.length === 0 && order.mask === null && (order.history ?? []).length === 0)
  );
}

/** Where input images may come from. */
export interface InputRules {
  readonly baseDir: string;
  readonly roots: readonly string[] | 'all';
  readonly allowPrivateUrls: boolean;
  readonly imageCacheDir: string | null;
  readonly embeddedDir: string;
}

export type ToWorker =
  | { readonly kind: 'send'; readonly id: number; readonly order: Order }
  /** Everything up to the first byte that leaves; then wait for `go` or `forget`. */
  | { readonly kind: 'prepare'; readonly id: number; readonly order: Order }
  /** The journal knows the attempt: what was prepared may leave. */
  | { readonly kind: 'go'; readonly id: number }
  /** It will not be sent. */
  | { readonly kind: 'forget'; readonly id: number }
  /** The journal holds the file's hash: it may get its final name. */
  | { readonly kind: 'commit'; readonly id: number }
  /** Cut the request off, if it is still on its way. */
  | { readonly kind: 'cut'; readonly id: number }
  /** The journal could not note it: the file waits until it can. */
  | { readonly kind: 'setAside'; readonly id: number }
  /** A run is about to start: load what its first request needs. */
  | { readonly kind: 'warm'; readonly provider: Provider }
  /** Files that providers hold for this run are no longer needed. */
  | { readonly kind: 'runOver'; readonly runId: number }
  /** Does its loop turn? */
  | { readonly kind: 'ping' }
  | { readonly kind: 'close' };

export type FromWorker =
  /** It has come up; the first that it says. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'bodySent'; readonly id: number }
  | { readonly kind: 'answered'; readonly id: number }
  /** A picture on the way to the result is at this path while the attempt is under way. */
  | { readonly kind: 'partial'; readonly id: number; readonly path: string }
  /** A piece of a text answer. */
  | { readonly kind: 'delta'; readonly id: number; readonly text: string }
  | { readonly kind: 'received'; readonly id: number; readonly file: ReceivedFile }
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: AttemptOutcome }
  /** What should never happen did, and cost one order; for the log, without secrets. */
  | { readonly kind: 'fault'; readonly what: string }
  /** Answer to `ping`. */
  | { readonly kind: 'pong' }
  /** Answer to `close`: providers hold nothing of this worker any more. */
  | { readonly kind: 'cleared' };
