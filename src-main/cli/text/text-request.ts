/** `brushfleet text`, `structured` or `story`, understood. Paths are as they were typed; nothing was looked up yet. */
import type { Provider } from '@shared/model/provider';
import type { Caps, Priority, UnknownPolicy, WaitForQuota } from '@shared/model/run';
import type { Generation } from '@shared/model/text';
import type { FleetFlags } from '../../fleet-env/fleet-from-env';
import type { LogLevel } from '../../log';

export type TextCommand = 'text' | 'structured' | 'story';

export interface TextCliRequest {
  readonly kind: 'text';
  readonly command: TextCommand;
  readonly provider: Provider;
  /** Null: the catalogue's current one. */
  readonly modelName: string | null;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'prompts'; readonly prompts: readonly string[] };
  /** The prompt of a row, with `{{column}}`. */
  readonly template: string;
  /** `-`: the standard output. */
  readonly output: string;
  readonly system:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly path: string };
  /** Of `structured`, and of it alone. */
  readonly schemaFile?: string;
  /** Of `story`: one of them is the narrator's. */
  readonly voices?: readonly string[];
  readonly generation: Generation;
  readonly filterRows: string;
  readonly fleetFlags: FleetFlags;
  readonly autoConcurrency: boolean;
  readonly waitForQuota: WaitForQuota;
  readonly workers: number;
  readonly resume: boolean;
  readonly unknown: UnknownPolicy;
  readonly caps?: Caps;
  readonly canary?: number;
  readonly priority?: Priority;
  /** Reads every row and sends nothing. */
  readonly check: boolean;
  readonly allowPrivateUrls: boolean;
  readonly json: boolean;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
