/** What a program sees. Types alone, and nothing from elsewhere: the build takes this file as the package's own types. */

export interface BrushfleetOptions {
  /** Default: `BRUSHFLEET_HOME`, else the folder that the window and the command line use. */
  readonly libraryDir?: string;
  /** Default: that of the process, completed by `.env` in its working folder. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Names of environment variables: `'all'` (every `GEMINI_API_KEY…`), a number N (`GEMINI_API_KEY_1` to `_N`), a range
   * `'3-15'`, one name, or a list of names. Default: those that the command line uses, else the library's own keys.
   */
  readonly keys?: number | string | readonly string[];
  /** Default: the catalogue's current text model of the provider. */
  readonly model?: string;
  /** Default: `google_genai`. */
  readonly provider?: 'google_genai' | 'openai';
  /** Requests in flight at most. Default: 16. */
  readonly concurrency?: number;
  /** The same. */
  readonly maxWorkers?: number;
  /** Counted retries of a request. Default: 2. */
  readonly maxRetries?: number;
  /** System prompt of every item that has none of its own. */
  readonly system?: string;
  /** Of every item; what an item says itself wins. */
  readonly generation?: GenerationConfig;
  /** JSON Schema of the answers: each `response` is then the parsed value. */
  readonly schema?: Readonly<Record<string, unknown>> | string;
}

/** Each name also in snake case. */
export interface GenerationConfig {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly maxOutputTokens?: number;
  readonly candidateCount?: number;
  readonly seed?: number;
  readonly thinkingBudget?: number;
  /** The answer ends before the first of these. */
  readonly stop?: string | readonly string[];
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Of Gemini: `{ category, threshold }`, in its own words. */
  readonly safetySettings?: readonly { readonly category: string; readonly threshold: string }[];
  readonly [name: string]: unknown;
}

type OneOrMore<T> = T | readonly T[];

/** Bytes, or the same in base64. */
type Bytes = Uint8Array | string;

export interface PromptItem {
  /** `<image>`, `<audio>` and `<video>` stand where the files of that kind go, in their order. */
  readonly prompt?: string;
  /** Comes back unchanged with the answer. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly system?: string;
  readonly system_prompt?: string;
  readonly schema?: Readonly<Record<string, unknown>> | string;
  readonly generation_config?: GenerationConfig;
  readonly generationConfig?: GenerationConfig;
  readonly image_path?: OneOrMore<string>;
  readonly image_url?: OneOrMore<string>;
  readonly image_bytes?: OneOrMore<Bytes>;
  readonly image_mime_type?: OneOrMore<string>;
  readonly audio_path?: OneOrMore<string>;
  readonly audio_url?: OneOrMore<string>;
  readonly audio_bytes?: OneOrMore<Bytes>;
  readonly audio_mime_type?: OneOrMore<string>;
  readonly video_path?: OneOrMore<string>;
  readonly video_url?: OneOrMore<string>;
  readonly video_bytes?: OneOrMore<Bytes>;
  readonly video_mime_type?: OneOrMore<string>;
  /** `{start_offset: "1250s", end_offset: "1570s", fps: 5}`, or one for each video. */
  readonly video_metadata?: unknown;
}

export interface ItemFailure {
  /** `quota_day`, `blocked`, `schema_mismatch` … */
  readonly kind: string;
  readonly message: string;
  readonly httpStatus?: number;
  readonly retryAfterMs?: number;
}

export interface ItemResult {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Text, or the parsed value where a schema was given; null: it failed. */
  readonly response: unknown;
  /** One sentence; null: it succeeded. It says `exhausted` when quotas are used up, `persistent` when it is final. */
  readonly error: string | null;
  readonly failure: ItemFailure | null;
  /** Where `candidate_count` asks for several: all of them, `response` first. */
  readonly candidates?: readonly unknown[];
  /** Where the answer was cut off: why, in the provider's word, such as `MAX_TOKENS` or `length`. */
  readonly finish?: string;
}

export interface KeyStatus {
  /** AVAILABLE, COOLDOWN, TEMPORARILY_EXHAUSTED, FULLY_EXHAUSTED or FAILED_INIT. */
  readonly status: string;
  /** Its last characters. */
  readonly tail: string;
  /** Refusals for want of quota: in a row, and ever. */
  readonly exhausted_count: number;
  readonly total_exhausted_count: number;
  /** Why it is out. */
  readonly reason?: string | undefined;
  /** ISO 8601: when it comes back by itself. */
  readonly until?: string | undefined;
}

export interface StreamStatus {
  readonly workers_running: boolean;
  /** Requests that wait to be sent. */
  readonly queue_size: number;
  readonly max_workers: number;
  /** Requests in flight. */
  readonly active_workers: number;
  /** By the name of each key. */
  readonly key_status: Readonly<Record<string, KeyStatus>>;
}

export interface ProcessOptions {
  /** Milliseconds. Default: 300,000. */
  readonly timeout?: number;
  /** Given: the answer is streamed, and each piece of it goes here as it comes. */
  readonly onDelta?: (text: string) => void;
}

export interface StopOptions {
  /** How long it waits for what is in flight, milliseconds; that is finished and kept all the same. Default: 30,000. */
  readonly timeout?: number;
}

export interface Stream {
  /** Takes requests from now on. Starting twice is starting once. */
  start(): Promise<void>;
  /** Rejects with TimeoutError, or when the stream does not run. */
  process(item: PromptItem, options?: ProcessOptions): Promise<ItemResult>;
  status(): StreamStatus;
  isRunning(): boolean;
  /** Sends nothing more. What waits stays in the queue, and goes on when it is started again. */
  stop(options?: StopOptions): Promise<void>;
}

export interface Brushfleet {
  /** One result for each item, in their order, failures included. Rejects only where nothing can be sent at all. */
  batch(items: readonly PromptItem[]): Promise<ItemResult[]>;
  stream(options?: Pick<BrushfleetOptions, 'concurrency' | 'maxWorkers'>): Stream;
  /** What is in flight is finished and kept; what waits is never sent. */
  close(): Promise<void>;
}

export type CreateBrushfleet = (options?: BrushfleetOptions) => Brushfleet;
