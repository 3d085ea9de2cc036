/** The shell's security rules, each by its effect in the real window. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './studio';

/** A listener that counts what a hostile page manages to send. */
async function attacker(): Promise<{ url: string; hits: () => number; close: () => void }> {
  let hits = 0;
  const server: Server = createServer((_request, response) => {
    hits += 1;
    response.end('reached');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, hits: () => hits, close: () => server.close() };
}

test('E2: the page has no Node, and one function of ours', async ({ studio }) => {
  const found = await studio.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
    bridge: Object.keys((globalThis as { brushfleet?: object }).brushfleet ?? {}),
  }));
  expect(found).toEqual({ node: [], bridge: ['connect'] });
});

test('E5: injected script, eval and style have no effect; inline properties do', async ({ studio }) => {
  const found = await studio.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const style = document.createElement('style');
    style.textContent = 'body { outline: 7px solid red }';
    document.head.append(style);
    let evaluated = true;
    try {
      // oxlint-disable-next-line no-eval -- the point of the test
      globalThis.eval('1');
    } catch {
      evaluated = false;
    }
    document.body.style.setProperty('outline-offset', '3px');
    const computed = getComputedStyle(document.body);
    return {
      injected: 'injected' in globalThis,
      evaluated,
      outline: computed.outlineWidth === '7px',
      property: computed.outlineOffset,
    };
  });
  expect(found).toEqual({ injected: false, evaluated: false, outline: false, property: '3px' });
  const header = await studio.page.evaluate(async () =>
    (await fetch('/index.html')).headers.get('content-security-policy'),
  );
  expect(header).toContain("default-src 'none'");
  expect(header).not.toContain('unsafe-');
});

test('E6, E7: nothing of the page reaches another host, by request or by navigation', async ({ studio }) => {
  const foreign = await attacker();
  const before = studio.page.url();
  await studio.page.evaluate(async (url) => {
    await fetch(url).catch(() => null);
    navigator.sendBeacon(url, 'x');
    new Image().src = url;
    try {
      new WebSocket(url.replace('http', 'ws'));
    } catch {
      // Refused at once is fine too.
    }
    const form = document.createElement('form');
    form.action = url;
    form.method = 'post';
    document.body.append(form);
    form.submit();
    window.open(url);
    location.href = url;
  }, foreign.url);
  await studio.page.waitForTimeout(500);
  expect(foreign.hits()).toBe(0);
  expect(studio.page.url()).toBe(before);
  expect(studio.electron.windows()).toHaveLength(1);
  foreign.close();
});

test('E8: every permission is denied, by request and by check', async ({ studio }) => {
  const states = await studio.page.evaluate(async () => {
    const names = ['notifications', 'geolocation', 'camera', 'microphone', 'clipboard-read', 'midi'];
    return Promise.all(
      names.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state),
    );
  });
  expect(new Set(states)).toEqual(new Set(['denied']));
  const asked = await studio.page.evaluate(() => Notification.requestPermission());
  expect(asked).toBe('denied');
});

test('N1, N2: links, new windows and modified clicks stay inside', async ({ studio }) => {
  const foreign = await attacker();
  const before = studio.page.url();
  await studio.page.evaluate((url) => {
    for (const target of ['', '_blank']) {
      const link = document.createElement('a');
      link.href = url;
      link.target = target;
      link.textContent = `leave${target}`;
      link.id = `leave${target}`;
      link.style.position = 'fixed';
      link.style.zIndex = '99999';
      link.style.top = target === '' ? '0' : '40px';
      document.body.append(link);
    }
  }, foreign.url);
  await studio.page.click('#leave');
  await studio.page.click('#leave_blank');
  await studio.page.click('#leave', { modifiers: ['Control'] });
  await studio.page.click('#leave', { button: 'middle' });
  await studio.page.waitForTimeout(300);
  expect(foreign.hits()).toBe(0);
  expect(studio.page.url()).toBe(before);
  expect(studio.electron.windows()).toHaveLength(1);
  foreign.close();
});

test('N3: a redirect that main itself would follow does not leave the app', async ({ studio }) => {
  const foreign = await attacker();
  const redirect = createServer((_request, response) => {
    response.writeHead(302, { location: foreign.url }).end();
  });
  await new Promise<void>((done) => redirect.listen(0, '127.0.0.1', done));
  const { port } = redirect.address() as AddressInfo;
  await studio.electron.evaluate(async ({ BrowserWindow }, url) => {
    await BrowserWindow.getAllWindows()[0]
      ?.loadURL(url)
      .catch(() => undefined);
  }, `http://127.0.0.1:${port}/`);
  expect(foreign.hits()).toBe(0);
  redirect.close();
  foreign.close();
});

test('N4: frames cannot be led to script, files or shares, and a dropped file leaves the page alone', async ({
  studio,
}) => {
  const before = studio.page.url();
  await studio.page.evaluate(() => {
    for (const address of ['javascript:parent.framed=1', 'file:///etc/passwd', 'smb://host/share']) {
      const frame = document.createElement('iframe');
      frame.src = address;
      document.body.append(frame);
    }
  });
  await studio.page.waitForTimeout(300);
  expect(await studio.page.evaluate(() => 'framed' in globalThis)).toBe(false);
  const session = await studio.page.context().newCDPSession(studio.page);
  const drag = { items: [], files: ['/etc/hostname'], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data: drag });
  }
  await studio.page.waitForTimeout(300);
  expect(studio.page.url()).toBe(before);
  expect(studio.electron.windows()).toHaveLength(1);
});

test('P1, P5: app:// serves the bundle and nothing else', async ({ studio }) => {
  const statuses = await studio.page.evaluate(async () => {
    const ask = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(path, { method })).status;
    return {
      page: await ask('/index.html'),
      parent: await ask('/..%2f..%2fpackage.json'),
      deep: await ask('/..%2f..%2f..%2f..%2fetc%2fpasswd'),
      backslash: await ask('/..%5cmain%5cindex.js'),
      nul: await ask('/index.html%00'),
      broken: await ask('/%E0'),
      sibling: await ask('/..%2frenderer-evil%2fx.js'),
      post: await ask('/index.html', 'POST'),
    };
  });
  expect(statuses).toEqual({
    page: 200,
    parent: 400,
    deep: 400,
    backslash: 400,
    nul: 400,
    broken: 400,
    sibling: 400,
    post: 405,
  });
});

test('P4: an unknown picture is 404', async ({ studio }) => {
  const loaded = await studio.page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const picture = new Image();
        picture.addEventListener('load', () => resolve(true));
        picture.addEventListener('error', () => resolve(false));
        picture.src = 'media://library/thumbnail/999999';
      }),
  );
  expect(loaded).toBe(false);
});

test('I1: a frame and an unregistered window get no port', async ({ studio }) => {
  const framed = await studio.page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const frame = document.createElement('iframe');
        frame.srcdoc = '<p>inner</p>';
        frame.addEventListener('load', () =>
          resolve(typeof (frame.contentWindow as unknown as { brushfleet?: unknown }).brushfleet),
        );
        document.body.append(frame);
      }),
  );
  expect(framed).toBe('undefined');
  const port = await studio.electron.evaluate(async ({ BrowserWindow }) => {
    const [known] = BrowserWindow.getAllWindows();
    const preload = known?.webContents.session.getPreloads?.() ?? [];
    const other = new BrowserWindow({
      show: false,
      webPreferences: { sandbox: true, preload: preload[0] ?? '' },
    });
    await other.loadURL('app://brushfleet/index.html');
    const answer = await other.webContents.executeJavaScript(`new Promise((resolve) => {
      addEventListener('message', (event) => event.data?.kind === 'brushfleet:port' && resolve('port'));
      globalThis.brushfleet?.connect();
      setTimeout(() => resolve('none'), 500);
    })`);
    other.destroy();
    return answer;
  });
  expect(port).toBe('none');
});
