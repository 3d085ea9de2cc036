/** A fault in the process that decides: what is paid for is kept, and the program starts anew. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, openStudio, test } from './studio';

test('an exception that nobody caught lets requests in flight end, and is followed by a new start', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  const { electron, page, home } = studio;
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(page.getByText(/[1-9]\d*\s*in flight/).first()).toBeVisible();

  const startedAnew = join(home, 'started-anew.json');
  const ended = electron.waitForEvent('close');
  await electron.evaluate(({ app, dialog }, path) => {
    // Nobody is there to answer.
    dialog.showMessageBox = (() => new Promise(() => undefined)) as typeof dialog.showMessageBox;
    app.relaunch = (options) => {
      process.getBuiltinModule('node:fs').writeFileSync(path, JSON.stringify(options?.args));
    };
    setTimeout(() => {
      throw new Error('thrown by a test');
    });
  }, startedAnew);
  await ended;

  expect(JSON.parse(await readFile(startedAnew, 'utf8'))).toContain('--after-fault');
  expect(await readFile(join(home, 'library', 'logs', 'brushfleet.log'), 'utf8')).toContain(
    '[main] - Error: thrown by a test',
  );
  const db = new DatabaseSync(join(home, 'library', 'brushfleet.db'), { readOnly: true });
  const attempts = db.prepare(`SELECT state, count(*) AS count FROM attempts GROUP BY state`).all();
  const left = db.prepare(`SELECT count(*) AS count FROM jobs WHERE state = 'pending'`).get();
  db.close();
  expect(
    attempts.map(({ state }) => state).filter((state) => state !== 'done' && state !== 'failed'),
  ).toEqual([]);
  expect(Number(left?.['count'])).toBeGreaterThan(0);
  const files = await readdir(join(home, 'Pictures', 'Brushfleet'), { recursive: true });
  const done = attempts.find(({ state }) => state === 'done')?.['count'];
  expect(files.filter((name) => /\d{6}\.(png|jpg|webp)$/.test(name))).toHaveLength(Number(done));

  await studio.restart();
  await studio.page.getByRole('button', { name: 'Resume' }).first().click();
  await expect(studio.page.getByRole('list', { name: 'Figures' })).toContainText('20done');
  await expect(studio.page.getByText(/[1-9]\d* unknown/i)).toHaveCount(0);
  await close();
});

test('an exception on the way out of a program that its user has closed starts nothing anew', async () => {
  const { studio, close } = await openStudio({ appEnv: { CI: '' } });
  const { electron, page, home } = studio;
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(page.getByText(/[1-9]\d*\s*in flight/).first()).toBeVisible();

  const happened = join(home, 'happened.txt');
  const ended = electron.waitForEvent('close');
  await electron.evaluate(({ app, BrowserWindow, dialog }, path) => {
    const note = (what: string) => process.getBuiltinModule('node:fs').appendFileSync(path, `${what}\n`);
    dialog.showMessageBox = (async (_window: unknown, options?: Electron.MessageBoxOptions) => {
      note(options === undefined ? 'told of a fault' : 'asked about closing');
      // Once the answer, to finish requests and close, is taken.
      setTimeout(() => {
        throw new Error('thrown on the way out');
      });
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
    app.relaunch = () => note('started anew');
    BrowserWindow.getAllWindows()[0]?.close();
  }, happened);
  await ended;

  expect(await readFile(happened, 'utf8')).toBe('asked about closing\n');
  expect(await readFile(join(home, 'library', 'logs', 'brushfleet.log'), 'utf8')).toContain(
    '[main] - Error: thrown on the way out',
  );
  await close();
});
