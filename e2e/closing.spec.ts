/** Closing the window while requests are in flight asks, and loses nothing that is paid for. */
import { type ElectronApplication, expect, test } from '@playwright/test';
import { openStudio, type Studio } from './studio';

const FINISH = 0;
const STOP_NOW = 1;
const KEEP = 2;

/** Answers the question of closing; what was asked is kept in main. */
async function answerWith(electron: ElectronApplication, response: number): Promise<void> {
  await electron.evaluate(({ dialog }, button) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (async (_window: unknown, options: Electron.MessageBoxOptions) => {
      asked.push(options.message);
      return { response: button, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  }, response);
}

async function closeWindow(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

async function startDemo({ page }: Studio): Promise<void> {
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  // The status line always tells what is in flight: wait until that is something.
  await expect(page.getByText(/[1-9]\d*\s*in flight/).first()).toBeVisible();
}

async function stillOpen(electron: ElectronApplication): Promise<{ windows: number; asked: string[] }> {
  return electron.evaluate(({ BrowserWindow }) => ({
    windows: BrowserWindow.getAllWindows().length,
    asked: (globalThis as unknown as { asked: string[] }).asked,
  }));
}

test('closing during a run asks; keeping it running changes nothing; finishing keeps every answer', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  await startDemo(studio);
  await answerWith(studio.electron, KEEP);
  await closeWindow(studio.electron);
  await expect
    .poll(() => stillOpen(studio.electron))
    .toEqual({
      windows: 1,
      asked: [expect.stringMatching(/^A run is under way: \d+ requests? in flight, \d+ jobs? waiting\.$/)],
    });
  await answerWith(studio.electron, FINISH);
  const ended = studio.electron.waitForEvent('close');
  await closeWindow(studio.electron);
  await ended;
  await studio.restart();
  await expect(studio.page.getByText(/unknown/i)).toHaveCount(0);
  await answerWith(studio.electron, KEEP);
  await close();
});

test('stopping now ends the program at once', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  await startDemo(studio);
  await answerWith(studio.electron, STOP_NOW);
  const ended = studio.electron.waitForEvent('close', { timeout: 60_000 });
  await closeWindow(studio.electron);
  await ended;
  await close();
});

test('who chose to finish and then to keep running finds its run going on, and ends it', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  await startDemo(studio);
  await answerWith(studio.electron, FINISH);
  await closeWindow(studio.electron);
  await answerWith(studio.electron, KEEP);
  await closeWindow(studio.electron);
  await expect(studio.page.locator('body')).toHaveText(/20 ?done.*4 ?failed|24 ?\/ ?24/i);
  expect(await stillOpen(studio.electron)).toMatchObject({ windows: 1 });
  await close();
});
