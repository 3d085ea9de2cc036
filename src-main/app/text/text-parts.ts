/** What everything of the Text screen is made of. */
import type { RunRequest } from '@shared/contract';
import type { Settings } from '@shared/model/settings';
import type { Run } from '@shared/model/run';
import type { Log } from '../../log';
import type { Store, StoredDataset } from '../../store/store';
import type { Session, Sessions } from '../sessions/session';

export interface TextParts {
  readonly store: Store;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly log: Pick<Log, 'error'>;
  settings(): Settings;
  /** The demo answers, too, once somebody has asked it. */
  ensureDemo(): Promise<void>;
  /** Lets a dataset that the program made name the images that another may name. */
  lendRoots(from: StoredDataset, to: StoredDataset): void;
}

/** What of the door a request needs. */
export interface TextShell {
  /** The path behind a token the user's own hand produced. */
  granted(token: string): string;
  /** Plans and starts a run as the window asks for it. */
  start(request: RunRequest): Promise<Run>;
}

/** The session of single requests, and the folder that keeps what was attached to them. */
export interface TextDesk {
  readonly session: Session;
  readonly folder: string;
}
