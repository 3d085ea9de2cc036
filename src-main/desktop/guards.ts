/**
 * What a page may never do: leave our bundle, open windows, attach webviews, download, get permissions, reach a
 * network. Installed on every webContents at its creation, because CSP stops neither navigation nor new windows.
 */
import { type App as ElectronApp, type Session, session, type WebContents } from 'electron';
import { APP_ORIGIN } from './channels';

/** What the page's session could otherwise reach. Provider traffic never goes through it. */
const FOREIGN = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*'];

export function guardAllContents(electronApp: ElectronApp): void {
  electronApp.on('web-contents-created', (_event, contents) => guard(contents));
}

export function denyPermissions(on: Session = session.defaultSession): void {
  on.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  on.setPermissionCheckHandler(() => false);
  on.setDevicePermissionHandler(() => false);
}

/** A second wall behind the content security policy: whatever a page tries, its session has no network and no files. */
export function cutOffNetwork(on: Session = session.defaultSession): void {
  on.webRequest.onBeforeRequest({ urls: FOREIGN }, (_details, answer) => answer({ cancel: true }));
  on.protocol.handle('file', () => Response.error());
  // Files are saved by main alone, where the user says.
  on.on('will-download', (event) => event.preventDefault());
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
  const stay = (event: { preventDefault(): void }): void => event.preventDefault();
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-attach-webview', stay);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // WebRTC knows no content security policy: without UDP and without a proxy it reaches nobody.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}
