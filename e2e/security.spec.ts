/** The shell's security rules, each by its effect in the real window. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { drop, type Fortress, listener, openNetwork, settle, test } from './fortress';

const START = 'app://brushfleet/index.html';

test('the session of the window has neither network nor files, whatever a page tries', async ({
  fortress,
}) => {
  const foreign = await listener();
  const answers = await fortress.electron.evaluate(
    async ({ session }, urls) =>
      Promise.all(
        urls.map((url) =>
          session.defaultSession.fetch(url).then(
            () => 'reached',
            (error: Error) => error.message,
          ),
        ),
      ),
    [foreign.url, 'file:///etc/hostname'],
  );
  expect(answers).toEqual(['net::ERR_BLOCKED_BY_CLIENT', 'net::ERR_FAILED']);
  expect(foreign.hits()).toBe(0);
  foreign.close();
});

test('E2: the page has no Node, and one function of ours', async ({ fortress }) => {
  const found = await fortress.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter(
      (name) => name in globalThis,
    ),
    bridge: Object.keys((globalThis as { brushfleet?: object }).brushfleet ?? {}),
  }));
  expect(found).toEqual({ node: [], bridge: ['connect'] });
});

test('E4: what the window really runs with', async ({ fortress }) => {
  const preferences = await fortress.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // Not in Electron's types; what a page was really started with is told nowhere else.
      const told = contents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return told.getLastWebPreferences();
    }),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
  });
  for (const weakness of [
    'nodeIntegrationInWorker',
    'allowRunningInsecureContent',
    'experimentalFeatures',
    'webviewTag',
  ]) {
    expect(preferences[0]?.[weakness] ?? false).toBe(false);
  }
  expect(preferences[0]?.['enableBlinkFeatures'] ?? '').toBe('');
});

test('E5: injected script, eval and style have no effect; inline properties do', async ({ fortress }) => {
  const found = await fortress.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const button = document.createElement('button');
    button.setAttribute('onclick', 'globalThis.injected = true');
    button.click();
    const style = document.createElement('style');
    style.textContent = 'body { outline: 7px solid red }';
    document.head.append(style);
    document.body.setAttribute('style', 'outline: 7px solid red');
    document.body.style.setProperty('outline-offset', '3px');
    // In a task of the page's own: what the inspector runs may evaluate anything.
    const isEvaluated = await new Promise<boolean>((resolve) => {
      setTimeout(() => {
        try {
          // oxlint-disable-next-line no-eval -- the point of the test
          resolve(globalThis.eval('true') as boolean);
        } catch {
          resolve(false);
        }
      });
    });
    const computed = getComputedStyle(document.body);
    const outcome = {
      isInjected: 'injected' in globalThis,
      isEvaluated,
      isStyled: computed.outlineWidth === '7px',
      offset: computed.outlineOffset,
    };
    for (const added of [script, style]) {
      added.remove();
    }
    return outcome;
  });
  expect(found).toEqual({ isInjected: false, isEvaluated: false, isStyled: false, offset: '3px' });
  const header = await fortress.page.evaluate(async () =>
    (await fetch('/index.html')).headers.get('content-security-policy'),
  );
  expect(header).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' media: blob:; font-src 'self'; " +
      "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

test('E6: no request of the page reaches another host, and the policy is what stops it', async ({
  fortress,
}) => {
  await openNetwork(fortress);
  const foreign = await listener();
  const broken = await fortress.page.evaluate(async (url) => {
    const directives: string[] = [];
    const note = (event: SecurityPolicyViolationEvent): void =>
      void directives.push(event.effectiveDirective);
    document.addEventListener('securitypolicyviolation', note);
    await fetch(url).catch(() => null);
    navigator.sendBeacon(`${url}beacon`, 'x');
    new Image().src = `${url}image`;
    try {
      new WebSocket(`${url.replace('http', 'ws')}socket`);
    } catch {
      // Refused at once is fine too.
    }
    const form = document.createElement('form');
    form.action = `${url}form`;
    form.method = 'post';
    document.body.append(form);
    form.submit();
    await new Promise((resolve) => setTimeout(resolve, 400));
    form.remove();
    document.removeEventListener('securitypolicyviolation', note);
    return directives.sort();
  }, foreign.url);
  expect(broken).toEqual(['connect-src', 'connect-src', 'connect-src', 'form-action', 'img-src']);
  expect(foreign.hits()).toBe(0);
  foreign.close();
});

test('E7: neither window.open nor location leads out', async ({ fortress }) => {
  await openNetwork(fortress);
  const foreign = await listener();
  const before = fortress.page.url();
  const opened = await fortress.page.evaluate((url) => {
    const other = window.open(`${url}open`);
    location.href = `${url}location`;
    return other === null;
  }, foreign.url);
  await settle(fortress.page);
  expect(opened).toBe(true);
  await expectInside(fortress, { before, hits: foreign.hits() });
  foreign.close();
});

test('E8: every permission is denied, by request and by check', async ({ fortress }) => {
  const states = await fortress.page.evaluate(async () => {
    const names = [
      'notifications',
      'geolocation',
      'camera',
      'microphone',
      'clipboard-read',
      'midi',
      'idle-detection',
    ];
    return Promise.all(
      names.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state),
    );
  });
  expect(new Set(states)).toEqual(new Set(['denied']));
  // With a user's gesture, without which most are refused before any handler is asked.
  const asked: unknown = await fortress.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
      `(async () => {
        const refused = (promise) => promise.then(() => 'granted', (error) => error.name);
        return {
          notification: await Notification.requestPermission(),
          location: await new Promise((resolve) =>
            navigator.geolocation.getCurrentPosition(() => resolve('granted'), (error) => resolve(error.code))),
          clipboard: await refused(navigator.clipboard.readText()),
          midi: await refused(navigator.requestMIDIAccess({ sysex: true })),
          screens: await refused(window.getScreenDetails()),
          usb: await refused(navigator.usb.requestDevice({ filters: [] })),
          hid: (await navigator.hid.requestDevice({ filters: [] })).length,
          serial: await refused(navigator.serial.requestPort()),
          known: [
            ...(await navigator.usb.getDevices()),
            ...(await navigator.hid.getDevices()),
            ...(await navigator.serial.getPorts()),
          ].length,
        };
      })()`,
      true,
    ),
  );
  expect(asked).toEqual({
    notification: 'denied',
    location: 1,
    clipboard: 'NotAllowedError',
    midi: 'NotAllowedError',
    screens: 'NotAllowedError',
    usb: expect.stringMatching(/Error$/),
    hid: 0,
    serial: expect.stringMatching(/Error$/),
    known: 0,
  });
});

test('E10: a webview never attaches, and a page saves no file by itself', async ({ fortress }) => {
  const prevented = fortress.electron.evaluate(
    ({ session }) =>
      new Promise<boolean>((resolve) => {
        session.defaultSession.once('will-download', (event) => resolve(event.defaultPrevented));
      }),
  );
  await fortress.page.evaluate(() => {
    const view = document.createElement('webview');
    view.setAttribute('src', location.href);
    document.body.append(view);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'x.txt';
    link.click();
  });
  expect(await prevented).toBe(true);
  await expectInside(fortress, { before: START, hits: 0 });
});

test('N1, N2: links, new windows and modified clicks stay inside', async ({ fortress }) => {
  await openNetwork(fortress);
  const { page } = fortress;
  const foreign = await listener();
  const before = page.url();
  await page.evaluate((url) => {
    for (const [at, target] of ['', '_blank'].entries()) {
      const link = document.createElement('a');
      link.href = url;
      link.target = target;
      link.className = 'bait';
      link.style.cssText = `position: fixed; z-index: 99999; top: ${at * 100}px; left: 0; width: 90px; height: 90px`;
      document.body.append(link);
    }
  }, foreign.url);
  for (const y of [40, 140]) {
    await page.mouse.click(40, y);
    await page.mouse.click(40, y, { button: 'middle' });
    for (const key of ['Control', 'Shift']) {
      await page.keyboard.down(key);
      await page.mouse.click(40, y);
      await page.keyboard.up(key);
    }
  }
  await settle(page);
  const clicked = await page.evaluate(() => document.elementFromPoint(40, 40)?.className);
  expect(clicked).toBe('bait');
  await expectInside(fortress, { before, hits: foreign.hits() });
  await page.evaluate(() => document.querySelectorAll('.bait').forEach((link) => link.remove()));
  foreign.close();
});

test('N3: a redirect that main itself would follow does not leave the app', async ({ fortress }) => {
  await openNetwork(fortress);
  const foreign = await listener();
  const redirect = await listener(foreign.url);
  await fortress.electron.evaluate(async ({ BrowserWindow }, url) => {
    await BrowserWindow.getAllWindows()[0]
      ?.loadURL(url)
      .catch(() => undefined);
  }, redirect.url);
  expect(redirect.hits()).toBe(1);
  await expectInside(fortress, { before: START, hits: foreign.hits() });
  redirect.close();
  foreign.close();
});

test('N4: frames cannot be led to script, files, shares or another host', async ({ fortress }) => {
  await openNetwork(fortress);
  const { page } = fortress;
  const foreign = await listener();
  const before = page.url();
  await page.evaluate(
    (addresses) => {
      for (const address of addresses) {
        const led = document.createElement('iframe');
        led.src = address;
        const blank = document.createElement('iframe');
        document.body.append(led, blank);
        try {
          if (blank.contentWindow !== null) {
            blank.contentWindow.location.href = address;
          }
        } catch {
          // Refused at once is fine too.
        }
      }
    },
    ['javascript:parent.framed=1', 'file:///etc/hostname', 'smb://host/share', foreign.url],
  );
  await settle(page);
  expect(await page.evaluate(() => 'framed' in globalThis)).toBe(false);
  const led = page.frames().filter((frame) => /^(file|smb|http|javascript):/.test(frame.url()));
  expect(led.map((frame) => frame.url())).toEqual([]);
  await expectInside(fortress, { before, hits: foreign.hits() });
  await page.evaluate(() => document.querySelectorAll('iframe').forEach((frame) => frame.remove()));
  foreign.close();
});

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
        ['brushfleet:connect', 'brushfleet:grant'].map(async (channel) => {
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
  const refused = ['IPC_FORBIDDEN', 'IPC_FORBIDDEN'];
  expect(judged).toEqual({
    own: ['answered', 'answered'],
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
    Object.assign(globalThis, { kept });
    window.addEventListener('message', ({ data, ports }) => {
      kept.push({ data: data as unknown, ports: ports.length });
    });
  });
  const returned = await page.evaluate(async () => {
    const { brushfleet } = globalThis as unknown as { brushfleet: { connect(): Promise<unknown> } };
    return String(await brushfleet.connect());
  });
  expect(returned).toBe('undefined');
  await drop(page, [join(home, 'notes.unknown')]);
  const kept = (): Promise<unknown[]> =>
    page.evaluate(() => (globalThis as unknown as { kept: unknown[] }).kept);
  const uuid = /^[\da-f-]{36}$/;
  await expect.poll(kept).toContainEqual({
    data: {
      kind: 'brushfleet:granted',
      target: 'drop',
      grants: [{ token: expect.stringMatching(uuid) as string, name: 'notes.unknown', isDirectory: false }],
    },
    ports: 0,
  });
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
    const isClosed = new Promise<boolean>((resolve) => {
      first.addEventListener('close', () => resolve(true));
      setTimeout(() => resolve(false), 3000);
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

async function expectInside(fortress: Fortress, found: { before: string; hits: number }): Promise<void> {
  expect(found.hits).toBe(0);
  const pages = await fortress.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getURL()),
  );
  expect(pages).toEqual([found.before]);
}

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
