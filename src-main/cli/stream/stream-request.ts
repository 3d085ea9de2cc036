import type { Provider } from '@shared/model/provider';
import type { LogLevel } from '../../log';

/** JSON lines in, JSON lines out. */
export interface StreamCliRequest {
  readonly kind: 'stream';
  readonly provider: Provider;
  readonly model?: string;
  readonly system?: string;
  /** A file that holds a JSON Schema. */
  readonly schema?: string;
  /** Requests in flight at most. */
  readonly concurrency?: number;
  readonly maxRetries?: number;
  /** For each line, from its reading to its answer. */
  readonly timeoutMs: number;
  /** Results in the order of the lines; else as they come. */
  readonly ordered: boolean;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
