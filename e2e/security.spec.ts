/** What a page cannot do: the shell's rules, each by its effect in the real window. */
import { expect } from '@playwright/test';
import { expectInside, listener, openNetwork, settle, START, test } from './fortress';

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
  expect(found).toEqual({ node: [], bridge: ['connect', 'drag'] });
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
  await fortress.page.evaluate(async (url) => {
    const broken: string[] = [];
    Object.assign(globalThis, { broken });
    document.addEventListener('securitypolicyviolation', (event) => broken.push(event.effectiveDirective));
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
  }, foreign.url);
  const broken = (): Promise<readonly string[]> =>
    fortress.page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken.toSorted());
  await expect.poll(broken).toEqual(['connect-src', 'connect-src', 'connect-src', 'form-action', 'img-src']);
  await settle(fortress.page);
  expect(await broken()).toHaveLength(5);
  await fortress.page.evaluate(() =>
    document.querySelectorAll('form[action$="form"]').forEach((one) => one.remove()),
  );
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

test('E10: no page, of whichever window, may attach a webview or speak WebRTC past a proxy', async ({
  fortress,
}) => {
  const found = await fortress.electron.evaluate(({ BrowserWindow }) => {
    const later = new BrowserWindow({ show: false });
    const pages = BrowserWindow.getAllWindows().map(({ webContents }) => {
      let isPrevented = false;
      const event = { preventDefault: () => void (isPrevented = true) };
      webContents.emit('will-attach-webview', event, {}, {});
      return { isPrevented, webRtc: webContents.getWebRTCIPHandlingPolicy() };
    });
    later.destroy();
    return pages;
  });
  const guarded = { isPrevented: true, webRtc: 'disable_non_proxied_udp' };
  expect(found).toEqual([guarded, guarded]);
});

test('E10: a webview never attaches, and a page saves no file by itself', async ({ fortress }) => {
  // Listened for before the page tries: the two are told over different lines.
  await fortress.electron.evaluate(({ session }) => {
    const prevented: boolean[] = [];
    Object.assign(globalThis, { prevented });
    session.defaultSession.once('will-download', (event) => prevented.push(event.defaultPrevented));
  });
  await fortress.page.evaluate(() => {
    const view = document.createElement('webview');
    view.setAttribute('src', location.href);
    document.body.append(view);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'x.txt';
    link.click();
  });
  await expect
    .poll(() =>
      fortress.electron.evaluate(() => (globalThis as unknown as { prevented: boolean[] }).prevented),
    )
    .toEqual([true]);
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

const OWN_LINKS = [
  'https://ai.google.dev/pricing',
  'https://platform.openai.com/usage?next=app://brushfleet',
];
const FOREIGN_LINKS = [
  'http://ai.google.dev/',
  'https://evil.test/',
  'https://ai.google.dev@evil.test/',
  'https://user:pass@openai.com/',
  'https://openai.com:8443/',
  'https://openai.com.evil.test/',
  'https://evil.test/?next=https://openai.com',
  'file:///etc/passwd',
  '\\\\host\\share',
  'smb://host/share',
  'ms-msdt:/id',
  'javascript:alert(1)',
  'app://brushfleet/index.html',
];

test('N5: of all addresses a page can name, only our own links are opened', async ({ fortress }) => {
  await fortress.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => void opened.push(url);
  });
  const answers = await fortress.page.evaluate(
    async (urls) => {
      const { brushfleet } = globalThis as unknown as { brushfleet: { connect(): Promise<void> } };
      const port = await new Promise<MessagePort>((resolve) => {
        window.addEventListener('message', ({ ports: [given] }) => given && resolve(given), { once: true });
        void brushfleet.connect();
      });
      const answered = new Promise<number>((resolve) => {
        let count = 0;
        port.addEventListener('message', () => {
          count += 1;
          if (count === urls.length) {
            resolve(count);
          }
        });
      });
      port.start();
      // As the page's own client words a call.
      for (const [at, url] of urls.entries()) {
        port.postMessage(
          JSON.stringify({ i: String(at + 1), p: { u: '/system/openLink', b: { json: { url } } } }),
        );
      }
      return answered;
    },
    [...FOREIGN_LINKS, ...OWN_LINKS],
  );
  expect(answers).toBe(15);
  const opened = await fortress.electron.evaluate(
    () => (globalThis as unknown as { opened: string[] }).opened,
  );
  expect(opened.toSorted()).toEqual(OWN_LINKS);
  await fortress.page.reload();
});
