/** What crosses between page and main: files, pictures, the port. Each rule by its effect in the real window. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { drop, expectInside, type Fortress, settle, START, test } from './fortress';

test('P1, P5: app:// serves the bundle and nothing else', async ({ fortress }) => {
  const statuses = await fortress.page.evaluate(async () => {
    const paths = [
      '/index.html',
      '/two%20words.json',
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/..%2f..%2fsecret.json',
      '/..%2frenderer-evil/secret.json',
      '/link.json',
      '/index.html%00',
      '/%E0',
      '/..%5csecret.json',
    ];
    const found: Record<string, number> = {};
    for (const path of paths) {
      found[path] = (await fetch(path)).status;
    }
    return { ...found, post: (await fetch('/index.html', { method: 'POST' })).status };
  });
  expect(statuses).toEqual({
    '/index.html': 200,
    '/two%20words.json': 200,
    // The browser resolves these two before it asks: what is asked for lies below the root and does not exist.
    '/../secret.json': 404,
    '/%2e%2e/secret.json': 404,
    '/..%2fsecret.json': 400,
    '/assets/..%2f..%2fsecret.json': 400,
    '/..%2frenderer-evil/secret.json': 400,
    '/link.json': 400,
    '/index.html%00': 400,
    '/%E0': 400,
    '/..%5csecret.json': 400,
    post: 405,
  });
  expect(await ask(fortress, 'app://elsewhere/index.html')).toMatchObject({ status: 404 });
});

test('P4: pictures by id alone, as our own images; images only from granted folders', async ({
  fortress,
}) => {
  const { page, home } = fortress;
  const data = await picturesOnDisk(home);
  await drop(page, [join(data, 'rows.csv')]);
  const preview = (row: number): Promise<Answer> =>
    ask(fortress, `media://library/input-thumbnail/1-${row}-0`);
  await expect.poll(async () => (await preview(0)).status).toBe(200);
  expect(await preview(0)).toEqual({ status: 200, type: 'image/webp', nosniff: 'nosniff' });
  expect(await preview(1)).toMatchObject({ status: 415, nosniff: 'nosniff' });
  expect(await preview(2)).toMatchObject({ status: 415 });
  // A picture beside the granted folder, by a path that leaves it and by a link in it.
  expect(await preview(3)).toMatchObject({ status: 404 });
  expect(await preview(4)).toMatchObject({ status: 404 });

  const unknown = [
    'thumbnail/999999',
    'view/0',
    'input-thumbnail/9-0-0',
    'input-thumbnail/1-99-0',
    '..%2fx',
    '',
  ];
  for (const path of unknown) {
    expect(await ask(fortress, `media://library/${path}`), path).toEqual({
      status: 404,
      type: null,
      nosniff: 'nosniff',
    });
  }
  expect(await ask(fortress, 'media://elsewhere/input-thumbnail/1-0-0')).toMatchObject({ status: 404 });
  expect(await ask(fortress, 'media://library/input-thumbnail/1-0-0', 'POST')).toMatchObject({ status: 405 });

  await drop(page, [join(home, 'private')]);
  await expect.poll(async () => (await preview(3)).status).toBe(200);
  await drop(page, [home, '/']);
  await settle(page);
  expect(await preview(5), 'the whole home is never granted').toMatchObject({ status: 404 });
});

test('I1: a frame, a second window and another page get no port', async ({ fortress }) => {
  const framed = await fortress.page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const frame = document.createElement('iframe');
        frame.srcdoc = '<p>inner</p>';
        frame.addEventListener('load', () => {
          const inner = frame.contentWindow as unknown as { brushfleet?: unknown };
          resolve(typeof inner.brushfleet);
          frame.remove();
        });
        document.body.append(frame);
      }),
  );
  expect(framed).toBe('undefined');

  const preload = join(fortress.appDir, 'out', 'preload', 'preload.cjs');
  const second: unknown = await fortress.electron.evaluate(
    async ({ BrowserWindow }, [path, url]) => {
      const other = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: true, preload: path ?? '' },
      });
      await other.loadURL(url ?? '');
      const answer: unknown = await other.webContents.executeJavaScript(
        `brushfleet.connect().then(() => 'connected', (error) => error.message)`,
      );
      other.destroy();
      return answer;
    },
    [preload, START],
  );
  expect(second).toContain('IPC_FORBIDDEN');

  const elsewhere = await fortress.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    await contents?.loadURL('app://elsewhere/index.html').catch(() => undefined);
    const bridge: unknown = await contents?.executeJavaScript('typeof globalThis.brushfleet');
    const url = contents?.getURL();
    await contents?.loadURL('app://brushfleet/index.html');
    return { bridge, url };
  });
  expect(elsewhere).toEqual({ bridge: 'undefined', url: 'app://elsewhere/index.html' });
  await fortress.page.waitForURL(START);
});

test('I1: main itself judges every sender, whatever the preload lets through', async ({ fortress }) => {
  const judged = await fortress.electron.evaluate(async ({ BrowserWindow, ipcMain }, own) => {
    type Handler = (event: unknown, paths: string[]) => Promise<unknown>;
    // Electron's own table of handlers: the only way to speak as a sender that no honest page can be.
    const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, Handler> };
    const sender = BrowserWindow.getAllWindows()[0]?.webContents;
    const told = async (senderFrame: unknown, from: unknown = sender): Promise<string[]> =>
      Promise.all(
        ['brushfleet:connect', 'brushfleet:grant', 'brushfleet:drag'].map(async (channel) => {
          let problem = 'answered';
          const event = {
            senderFrame,
            sender: from,
            _throw: (error: Error) => void (problem = error.message),
            _reply: () => undefined,
            _replyChannel: { sendReply: () => undefined },
          };
          try {
            await handlers.get(channel)?.(event, []);
          } catch (error) {
            problem = (error as Error).message;
          }
          return problem;
        }),
      );
    const postMessage = (): void => undefined;
    return {
      own: await told({ parent: null, url: own, postMessage }),
      subframe: await told({ parent: {}, url: own, postMessage }),
      gone: await told(null),
      host: await told({ parent: null, url: 'app://elsewhere/index.html', postMessage }),
      contained: await told({ parent: null, url: `https://evil.test/?${own}`, postMessage }),
      unregistered: await told({ parent: null, url: own, postMessage }, {}),
    };
  }, START);
  const refused = ['IPC_FORBIDDEN', 'IPC_FORBIDDEN', 'IPC_FORBIDDEN'];
  expect(judged).toEqual({
    // A drag wants a ticket.
    own: ['answered', 'answered', 'BAD_INPUT'],
    subframe: refused,
    gone: refused,
    host: refused,
    contained: refused,
    unregistered: refused,
  });
});

test('I4: what reaches the page is data: no event, no path; a dropped file leaves the page alone', async ({
  fortress,
}) => {
  const { page, home } = fortress;
  await writeFile(join(home, 'notes.unknown'), 'x');
  await page.evaluate(() => {
    const kept: unknown[] = [];
    const dropped: number[] = [];
    Object.assign(globalThis, { kept, dropped });
    window.addEventListener('message', ({ data, ports }) => {
      kept.push({ data: data as unknown, ports: ports.length });
    });
    window.addEventListener('drop', ({ timeStamp }) => dropped.push(timeStamp));
  });
  const returned = await page.evaluate(async () => {
    const { brushfleet } = globalThis as unknown as { brushfleet: { connect(): Promise<unknown> } };
    return String(await brushfleet.connect());
  });
  expect(returned).toBe('undefined');
  const kept = (): Promise<unknown[]> =>
    page.evaluate(() => (globalThis as unknown as { kept: unknown[] }).kept);
  const uuid = /^[\da-f-]{36}$/;
  const granted = {
    data: {
      kind: 'brushfleet:granted',
      target: 'drop',
      droppedAt: expect.any(Number) as unknown,
      grants: [{ token: expect.stringMatching(uuid) as unknown, name: 'notes.unknown', isDirectory: false }],
    },
    ports: 0,
  };
  // What is let go before the page has said that it takes files is no drop.
  await expect(async () => {
    await drop(page, [join(home, 'notes.unknown')]);
    await expect.poll(kept, { timeout: 3000 }).toContainEqual(granted);
  }).toPass();
  // The page knows each drop by the same moment, whichever is answered first.
  const { dropped, answered } = await page.evaluate(() => {
    const told = globalThis as unknown as { kept: { data: { droppedAt?: number } }[]; dropped: number[] };
    return {
      dropped: told.dropped,
      answered: told.kept.flatMap(({ data: { droppedAt } }) => droppedAt ?? []),
    };
  });
  expect(answered).toEqual(dropped);
  expect(await kept()).toContainEqual({ data: { kind: 'brushfleet:port' }, ports: 1 });
  expect(JSON.stringify(await kept())).not.toContain(home);
  await settle(page);
  await expectInside(fortress, { before: START, hits: 0 });
});

test('nonsense on the port harms nobody, and an older port is closed', async ({ fortress }) => {
  const closed = await fortress.page.evaluate(async () => {
    const { brushfleet } = globalThis as unknown as { brushfleet: { connect(): Promise<void> } };
    const nextPort = (): Promise<MessagePort> =>
      new Promise((resolve) => {
        const take = ({ ports: [port] }: MessageEvent): void => {
          if (port !== undefined) {
            window.removeEventListener('message', take);
            resolve(port);
          }
        };
        window.addEventListener('message', take);
        void brushfleet.connect();
      });
    const first = await nextPort();
    for (const nonsense of ['', 'garbage', '{"i":1}', 7, null, {}, [], new ArrayBuffer(9)]) {
      first.postMessage(nonsense);
    }
    // One that stays open is waited for until the test's own end.
    const isClosed = new Promise<boolean>((resolve) => {
      first.addEventListener('close', () => resolve(true));
    });
    first.start();
    await nextPort();
    return isClosed;
  });
  expect(closed).toBe(true);
  // The page's own client connects again and is answered.
  await fortress.page.reload();
  await expect(
    fortress.page.getByRole('button', { name: /Try the demo|dataset|rows/i }).first(),
  ).toBeVisible();
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly nosniff: string | null;
}

/** Asked in main on the window's session: a page sees no status of a picture. */
async function ask(fortress: Fortress, url: string, method = 'GET'): Promise<Answer> {
  return fortress.electron.evaluate(
    async ({ session }, [address, verb]) => {
      const { status, headers } = await session.defaultSession.fetch(address ?? '', { method: verb ?? '' });
      return { status, type: headers.get('content-type'), nosniff: headers.get('x-content-type-options') };
    },
    [url, method],
  );
}

/** A CSV that names a picture, an SVG, an SVG that calls itself a PNG, and pictures its folder does not hold. */
async function picturesOnDisk(home: string): Promise<string> {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const data = join(home, 'data');
  const images = ['a.png', 'b.svg', 'c.png', '../private/d.png', 'link.png', '../e.png'];
  await mkdir(data);
  await mkdir(join(home, 'private'));
  await writeFile(join(data, 'a.png'), png);
  await writeFile(join(data, 'b.svg'), svg);
  await writeFile(join(data, 'c.png'), svg);
  await writeFile(join(home, 'private', 'd.png'), png);
  await writeFile(join(home, 'e.png'), png);
  await symlink(join(home, 'e.png'), join(data, 'link.png'));
  await writeFile(
    join(data, 'rows.csv'),
    ['prompt,image', ...images.map((image) => `x,${image}`)].join('\n'),
  );
  return data;
}
