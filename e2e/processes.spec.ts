/**
 * The page and the decoder of pictures are killed amid a run, which goes on as if nothing had been. What
 * works on pictures is in none of Electron's own processes.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ElectronApplication, Page } from '@playwright/test';
import { addPainter, startPainter } from './provider';
import { expect, openStudio, test } from './studio';

/** What Electron calls the two in its list of processes. */
type Process = 'Tab' | 'Utility';

/** Kills the first of its kind; false: there is none just now. */
async function kill(electron: ElectronApplication, kind: Process): Promise<boolean> {
  return electron.evaluate(({ app }, type) => {
    const isMeant = (metric: Electron.ProcessMetric): boolean =>
      metric.type === type && (type === 'Tab' || metric.name === 'Brushfleet images');
    const found = app.getAppMetrics().find(isMeant);
    if (found !== undefined) {
      process.kill(found.pid, 'SIGKILL');
    }
    return found !== undefined;
  }, kind);
}

/** nice(2) of each thread of a process: field 19 of proc_pid_stat(5), counted from behind the name in brackets. */
async function niceness(pid: number | undefined): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lines = await Promise.all(
    // One that has ended meanwhile says nothing.
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => null)),
  );
  return lines
    .filter((line) => line !== null)
    .map((line) => Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[16]));
}

/** What the window shows now. Not by Playwright's page, which does not outlive its process. */
async function shown(electron: ElectronApplication): Promise<string> {
  return electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined || contents.isCrashed() || contents.isLoading()) {
      return '';
    }
    // Asked of a page that is just dying, it never answers.
    const text: unknown = await Promise.race([
      contents.executeJavaScript('document.body.innerText'),
      new Promise((resolve) => setTimeout(resolve, 1000, '')),
    ]);
    return String(text).replaceAll(/\s+/g, ' ');
  });
}

/** A person who is asked whether to load the page again says yes. */
async function alwaysLoadAgain(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ dialog }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (async (_window: unknown, options: Electron.MessageBoxOptions) => {
      asked.push(options.message);
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  });
}

test('a page that is killed twice and a decoder that is killed lose nothing of a run', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  const { electron, page, home } = studio;
  await alwaysLoadAgain(electron);
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(page.getByText(/[1-9]\d*\s*in flight/).first()).toBeVisible();

  await expect.poll(() => kill(electron, 'Utility')).toBe(true);
  expect(await kill(electron, 'Tab')).toBe(true);
  // The first death is nobody's business; the page is back by itself.
  await expect.poll(() => shown(electron)).toContain('Runs');
  expect(await electron.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toEqual([]);

  expect(await kill(electron, 'Tab')).toBe(true);
  await expect
    .poll(() => electron.evaluate(() => (globalThis as unknown as { asked: string[] }).asked))
    .toEqual(['The window keeps failing.']);
  await expect.poll(() => shown(electron)).toMatch(/20 ?done.*4 ?failed|24 ?\/ ?24/i);
  expect(await shown(electron)).not.toMatch(/[1-9]\d* unknown/i);

  await electron.close();
  const files = await readdir(join(home, 'Pictures', 'Brushfleet'), { recursive: true });
  expect(files.filter((name) => /\d{6}\.(png|jpg|webp)$/.test(name))).toHaveLength(20);
  expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
  // One session sent it all: nothing was begun anew.
  const db = new DatabaseSync(join(home, 'library', 'brushfleet.db'), { readOnly: true });
  const lost = db
    .prepare(`SELECT count(*) AS lost FROM attempts WHERE state NOT IN ('done', 'failed')`)
    .get();
  const twice = db.prepare(`SELECT count(*) AS twice FROM results GROUP BY job_id HAVING count(*) > 1`).all();
  db.close();
  expect(lost).toEqual({ lost: 0 });
  expect(twice).toEqual([]);
  await close().catch(() => undefined);
});

/** How many files a process has open. */
async function openFiles(pid: number | undefined): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** The page asks for so many pictures at once, and gives each third up before it is there. */
async function askForPictures(page: Page, round: string): Promise<void> {
  await page.evaluate(async (version) => {
    const ask = async (at: number): Promise<void> => {
      const image = new Image();
      const isOver = new Promise((resolve) => {
        image.addEventListener('load', resolve);
        image.addEventListener('error', resolve);
      });
      image.src = `media://library/input-thumbnail/1-${at % 24}-0?v=${version}-${at}`;
      if (at % 3 === 0) {
        await new Promise((resolve) => setTimeout(resolve, at % 7));
        image.src = '';
      } else {
        await isOver;
      }
    };
    await Promise.all(Array.from({ length: 300 }, (_, at) => ask(at)));
  }, round);
}

test('P6: hundreds of pictures, some of them given up half-way, leave no file open', async ({ studio }) => {
  const { electron, page } = studio;
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await expect(page.getByRole('button', { name: /^Run 24 rows/ })).toBeVisible();
  const { pid } = electron.process();
  await askForPictures(page, 'warm');
  const before = await openFiles(pid);
  await askForPictures(page, 'first');
  await askForPictures(page, 'second');
  // The runtime opens one or the other by itself.
  await expect.poll(() => openFiles(pid)).toBeLessThan(before + 10);
});

/** What the system tells anybody of this user of a process: its command line, and the environment it began with. */
async function toldBySystem(pid: number): Promise<string> {
  const parts = ['cmdline', 'environ'].map((part) => readFile(`/proc/${pid}/${part}`, 'latin1'));
  return (await Promise.all(parts)).join(' ');
}

test.describe('K3', () => {
  test.use({ appEnv: { OPENAI_API_KEY: 'key-of-the-environment' } });

  test('no page is told a key of the environment', async ({ studio: { electron, home } }) => {
    const preload = join(home, 'told.js');
    await writeFile(
      preload,
      `require('electron').contextBridge.exposeInMainWorld('told', { ...process.env })`,
    );
    const told: unknown = await electron.evaluate(async ({ BrowserWindow }, path) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload: path } });
      await window.loadURL('app://brushfleet/index.html');
      const env: unknown = await window.webContents.executeJavaScript('told');
      window.destroy();
      return env;
    }, preload);
    expect(told).toMatchObject({ HOME: home });
    expect(JSON.stringify(told)).not.toContain('key-of-the-environment');
  });
});

test('K3: no process is begun with a key that was typed into the window, and none is told of it by the system', async ({
  studio,
}) => {
  const { electron, page } = studio;
  const painter = await startPainter();
  await addPainter(page, { protocol: 'openai', url: painter.openai });
  await page
    .getByRole('button', { name: /^Test painter/ })
    .last()
    .click();
  await expect.poll(() => painter.requests.length).toBeGreaterThan(0);
  const pids = await electron.evaluate(({ app }) => app.getAppMetrics().map(({ pid }) => pid));
  const told = await Promise.all(pids.map(toldBySystem));
  expect(pids.length).toBeGreaterThan(2);
  expect(told.filter((text) => text.includes('key-of-openai-1234'))).toEqual([]);
  await painter.close();
});

test('a run of the demo loads no picture library into the main process, and decoders stand back behind it', async ({
  studio,
}) => {
  const { electron, page } = studio;
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText('20done');
  const painter = await electron.evaluate(({ app }) =>
    app.getAppMetrics().find(({ name }) => name === 'Brushfleet demo'),
  );
  const mapped = (pid: number | undefined): Promise<string> => readFile(`/proc/${pid}/maps`, 'utf8');
  expect(await mapped(painter?.pid)).toContain('libvips');
  // Beside Electron's GLib, that of libvips ends the process now and then.
  expect(await mapped(electron.process().pid)).not.toContain('libvips');
  const decoder = await electron.evaluate(({ app }) =>
    app.getAppMetrics().find(({ name }) => name === 'Brushfleet images'),
  );
  // Those that decode, too, which begin with the process.
  expect(Math.min(...(await niceness(decoder?.pid)))).toBe(2);
});
