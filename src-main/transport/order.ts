/** What crosses between the main thread and a transport worker. Everything here survives a structured clone. */
import type { Provider } from '@shared/model/provider';
import type { Endpoint } from '@shared/model/endpoint';
import type { AttemptOutcome, ReceivedFile } from '../engine/ports';

/** One request, complete: a worker needs nothing else to carry it. */
export interface Order {
  readonly task: 'edit' | 't2i';
  readonly endpoint: Endpoint;
  /** The revealed key. It lives in memory only: a message between threads of one process touches no disk. */
  readonly secret: string | null;
  readonly model: string;
  readonly prompt: string;
  /** Paths, URLs, data URLs or `embedded:` references, in the order they are sent. */
  readonly inputs: readonly string[];
  readonly mask: string | null;
  readonly aspectRatio: string | null;
  readonly imageSize: string | null;
  readonly responseFormat: boolean | null;
  readonly input: InputRules;
  readonly outputDir: string;
  /** File name below `outputDir` without extension; may hold folders. */
  readonly stem: string;
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
  /** The journal holds the file's hash: it may get its final name. */
  | { readonly kind: 'commit'; readonly id: number }
  /** Cut the request off, if it is still on its way. */
  | { readonly kind: 'cut'; readonly id: number }
  /** The journal could not note it: the file is thrown away. */
  | { readonly kind: 'discard'; readonly id: number }
  /** A run is about to start: load what its first request needs. */
  | { readonly kind: 'warm'; readonly provider: Provider }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'bodySent'; readonly id: number }
  | { readonly kind: 'answered'; readonly id: number }
  | { readonly kind: 'received'; readonly id: number; readonly file: ReceivedFile }
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: AttemptOutcome };
