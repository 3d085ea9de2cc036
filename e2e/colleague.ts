/** A colleague at a browser of his own: a plain page, beside the window whose service it is served by. */
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from './studio';

/** Without a preload script, without the window's session and without its guards. */
export async function openBrowser(electron: ElectronApplication, url: string): Promise<Page> {
  const opened = electron.waitForEvent('window');
  await electron.evaluate(({ BrowserWindow }, address) => {
    const window = new BrowserWindow({
      width: 1280,
      height: 800,
      webPreferences: { partition: 'colleague', sandbox: true, contextIsolation: true },
    });
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
      window.webContents.removeAllListeners(event);
    }
    void window.loadURL(address);
  }, url);
  return opened;
}

/** The browser saves what it downloads here. */
export async function saveTo(electron: ElectronApplication, path: string): Promise<void> {
  await electron.evaluate(({ session }, target) => {
    session.fromPartition('colleague').on('will-download', (_event, item) => item.setSavePath(target));
  }, path);
}

export async function logIn(browser: Page, token: string): Promise<void> {
  await browser.getByLabel('Token').fill(token);
  await browser.getByRole('button', { name: 'Log in' }).click();
}

/** Switches the service on in the Settings of the window, which stay open; answers its address. */
export async function switchServiceOn(page: Page): Promise<string> {
  await page.keyboard.press('Control+,');
  const service = page.getByRole('region', { name: 'Service' });
  const port = service.getByLabel('Port');
  // Below those that the system hands out by itself (ip(7), ip_local_port_range): none of them is taken by a relay.
  await port.fill(String(20_000 + (process.pid % 12_000)));
  await port.press('Enter');
  await service.getByLabel('Run the service on this computer').check();
  return (await service.locator('.service-address').textContent()) ?? '';
}

/** In the open Settings; answers the token, which the clipboard alone is given. */
export async function makeToken(page: Page, electron: ElectronApplication, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Add a token…' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create and copy' }).click();
  await expect(page.getByText('Copied to the clipboard; it is not shown again')).toBeVisible();
  const copied = (): Promise<string> => electron.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(copied).toMatch(/^bf-/);
  return copied();
}

/** The address and the token that a colleague is given. */
export async function serveToColleague(
  page: Page,
  electron: ElectronApplication,
): Promise<{ readonly address: string; readonly token: string }> {
  const address = await switchServiceOn(page);
  return { address, token: await makeToken(page, electron, 'a colleague') };
}
