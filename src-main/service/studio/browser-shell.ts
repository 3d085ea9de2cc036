/** What a desktop does, for a page elsewhere: files come by upload and leave by download, and the machine itself is out of reach. */
import type { ServiceStatus } from '@shared/contract/service';
import { Refusal } from '../../refusal';
import { noDesktop, refusesWith } from '../../router/no-desktop';
import type { Shell } from '../../router/shell';
import type { CallScope } from './call-scope';
import type { Downloads } from './downloads';
import type { LoginSession } from './login-sessions';
import { ONLY_WINDOW } from './reach';

export interface BrowserShellOptions {
  readonly version: string;
  /** Where runs write that name no folder. */
  readonly defaultOutputDir: string;
  readonly session: LoginSession;
  readonly scope: CallScope;
  readonly downloads: Downloads;
  status(): ServiceStatus;
}

const SEND_IT = 'A browser sends files instead: drop the file on the page, or choose it there.';

export function browserShell(options: BrowserShellOptions): Shell {
  const { session, scope, downloads } = options;
  const cannot = refusesWith(ONLY_WINDOW);
  const out = noDesktop(cannot);
  return {
    ...out,
    version: options.version,
    defaultOutputDir: options.defaultOutputDir,
    theme: () => session.theme,
    setTheme: (theme) => {
      session.theme = theme;
    },
    // The page opens them itself.
    openLink: async () => false,
    async pick(purpose) {
      if (purpose !== 'outputFolder') {
        throw new Refusal('BAD_INPUT', purpose === 'envFile' ? ONLY_WINDOW : SEND_IT);
      }
      return session.grants.grant(await downloads.folder('brushfleet-export'));
    },
    async saveAs(suggestedName) {
      const callId = scope.current();
      return callId === null ? cannot() : downloads.file(callId, suggestedName);
    },
    service: { ...out.service, status: options.status },
    granted(token) {
      const path = session.grants.path(token);
      const callId = scope.current();
      if (callId !== null) {
        downloads.claim(callId, path);
      }
      return path;
    },
  };
}
