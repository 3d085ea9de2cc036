/**
 * What a page may never do: leave our bundle, open windows, attach webviews, get permissions. Installed on every
 * webContents at its creation, because CSP stops neither navigation nor new windows.
 */
import { type App as ElectronApp, type Session, session, type WebContents } from 'electron';
import { APP_ORIGIN } from './scheme';

export function guardAllContents(electronApp: ElectronApp): void {
  electronApp.on('web-contents-created', (_event, contents) => guard(contents));
}

export function denyPermissions(on: Session = session.defaultSession): void {
  on.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  on.setPermissionCheckHandler(() => false);
  on.setDevicePermissionHandler(() => false);
}

/** Parsed comparison: a URL that merely contains our origin is foreign. */
export function isOurPage(url: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}` === APP_ORIGIN;
}

function guard(contents: WebContents): void {
  const stay = (event: { preventDefault(): void; url?: string }): void => {
    event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-attach-webview', stay);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
