/** A command line that was understood. Paths are as they were typed; nothing was looked up yet. */
import type { Provider } from '@shared/model/provider';
import type { Caps, Priority, Task, UnknownPolicy, WaitForQuota } from '@shared/model/run';
import type { FleetFlags } from '../fleet-env/fleet-from-env';
import type { LogLevel } from '../log';
import type { FleetCliRequest } from './fleet/fleet-request';
import type { RunsCliRequest } from './runs/runs-request';
import type { ServeCliRequest } from './serve/serve-request';
import type { StreamCliRequest } from './stream/stream-request';
import type { TextCliRequest } from './text/text-request';
import type { TokensCliRequest } from './tokens/tokens-request';

export interface SizeFlags {
  readonly aspectRatio?: string;
  readonly width?: number;
  readonly height?: number;
  readonly imageSize?: string;
}

export interface RunCliRequest {
  readonly kind: 'run';
  readonly task: Task;
  readonly provider: Provider;
  /** Null: the catalogue's current one. */
  readonly modelName: string | null;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'prompts'; readonly prompts: readonly string[] };
  /** What is asked of every row: a column's name, or a template. */
  readonly instruction:
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'template'; readonly text: string };
  readonly outputDir: string;
  readonly outputCsv?: string;
  readonly outputNameColumn?: string;
  readonly filterRows: string;
  readonly variants: number;
  readonly size: SizeFlags;
  readonly imageCacheDir?: string;
  readonly fleetFlags: FleetFlags;
  /** The number in flight follows rate x latency. */
  readonly autoConcurrency: boolean;
  readonly waitForQuota: WaitForQuota;
  readonly workers: number;
  readonly resume: boolean;
  /** What becomes of requests whose outcome a dead process left unknown. */
  readonly unknown: UnknownPolicy;
  /** Whole pictures without a record are taken as done. */
  readonly adopt: boolean;
  readonly caps?: Caps;
  /** Only so many first rows are sent. */
  readonly canary?: number;
  readonly priority?: Priority;
  /** Reads every row and sends nothing. */
  readonly check: boolean;
  readonly envFile?: string;
  readonly allowPrivateUrls: boolean;
  readonly json: boolean;
  readonly logLevel?: LogLevel;
  /** Flags that were accepted and do nothing here. */
  readonly ignoredFlags: readonly string[];
}

export interface DemoCliRequest {
  readonly kind: 'demo';
  readonly outputDir: string;
  readonly unknown: UnknownPolicy;
  readonly json: boolean;
  readonly logLevel?: LogLevel;
}

export interface LibraryCliRequest {
  readonly kind: 'library';
  readonly act: 'check' | 'restore';
  readonly json: boolean;
  /** Another folder than the usual one. */
  readonly library?: string;
  readonly logLevel?: LogLevel;
}

export type CliRequest =
  | RunCliRequest
  | TextCliRequest
  | StreamCliRequest
  | ServeCliRequest
  | DemoCliRequest
  | FleetCliRequest
  | RunsCliRequest
  | LibraryCliRequest
  | TokensCliRequest
  /** Help or version, wanted as such (exit 0) or because nothing was asked (exit 2). */
  | { readonly kind: 'show'; readonly text: string; readonly exitCode: 0 | 2 }
  | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly sentence: string;
  readonly exitCode: 2;
}

export function refused(sentence: string): Refused {
  return { kind: 'refused', sentence, exitCode: 2 };
}
