/** What the routes of the studio share. */
import type { App } from '../../app';
import type { Downloads } from './downloads';
import type { LoginSession, LoginSessions } from './login-sessions';
import type { UploadLimits } from './uploads';

export interface StudioContext {
  readonly app: App;
  readonly sessions: LoginSessions;
  readonly isTls: boolean;
  readonly rendererDir: string;
  /** Where files that browsers sent are kept. */
  readonly uploadsRoot: string;
  readonly uploadLimits: UploadLimits;
  /** Folders below it that are being written now. */
  readonly uploadsUnderWay: Set<string>;
  newId(): string;
  downloadsOf(session: LoginSession): Downloads;
}
