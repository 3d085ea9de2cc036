import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Granted } from '../api';
import { createBrowserBackend, isServed } from './browser-backend';

const GRANT = { token: '00000000-0000-4000-8000-000000000000', name: 'rows.csv', isDirectory: false };
const sent: { url: string; names: string[] }[] = [];
let answer = () => Response.json([GRANT]);

beforeEach(() => {
  sent.length = 0;
  answer = () => Response.json([GRANT]);
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit = {}) => {
    const files = body instanceof FormData ? body.getAll('file') : [];
    sent.push({ url, names: files.map((file) => (file as File).name) });
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

/** Answers the time stamp of the drop. */
function drop(...files: File[]): number {
  const event = new Event('drop');
  Object.defineProperty(event, 'dataTransfer', { value: { files, items: [] } });
  window.dispatchEvent(event);
  return event.timeStamp;
}

interface FakeEntry {
  readonly name: string;
  readonly entries?: readonly FakeEntry[];
}
const file = (name: string): FakeEntry => ({ name });
const folder = (name: string, entries: readonly FakeEntry[]): FakeEntry => ({ name, entries });

/** As Chromium gives them: a folder a hundred entries at a time, then none. */
function entryOf({ name, entries }: FakeEntry, above = ''): unknown {
  const fullPath = `${above}/${name}`;
  if (entries === undefined) {
    const take = (done: (file: File) => void) => done(new File(['x'], name));
    return { isDirectory: false, isFile: true, fullPath, file: take };
  }
  return {
    isDirectory: true,
    isFile: false,
    fullPath,
    createReader() {
      const pages = [entries.map((entry) => entryOf(entry, fullPath)), []];
      return { readEntries: (done: (found: unknown) => void) => done(pages.shift()) };
    },
  };
}

function dropItems(...entries: readonly FakeEntry[]): number {
  const items = entries.map((entry) => ({
    kind: 'file',
    webkitGetAsEntry: () => entryOf(entry),
    // Of a folder it is a file that cannot be read.
    getAsFile: () => new File(['x'], entry.name),
  }));
  const event = new Event('drop');
  Object.defineProperty(event, 'dataTransfer', { value: { items, files: [] } });
  window.dispatchEvent(event);
  return event.timeStamp;
}

const csv = new File(['prompt\na'], 'rows.csv', { type: 'text/csv' });
const png = new File(['x'], 'a.png', { type: 'image/png' });

describe('files dropped on a page in a browser', () => {
  it('are sent together, and known by their grants', async () => {
    const heard: Granted[] = [];
    const stop = createBrowserBackend(window).onGranted((granted) => heard.push(granted));
    const droppedAt = drop(csv, png);
    await vi.waitFor(() => expect(heard).toEqual([{ target: 'drop', droppedAt, grants: [GRANT] }]));
    expect(sent).toEqual([{ url: '/app/files', names: ['rows.csv', 'a.png'] }]);
    stop();
    drop(csv);
    await Promise.resolve();
    expect(sent).toHaveLength(1);
  });

  it('tell in a sentence why the service did not take them', async () => {
    answer = () => Response.json({ error: 'That is too large.' }, { status: 413 });
    const heard: Granted[] = [];
    const stop = createBrowserBackend(window).onGranted((granted) => heard.push(granted));
    const droppedAt = drop(csv);
    await vi.waitFor(() =>
      expect(heard).toEqual([{ target: 'drop', droppedAt, grants: [], problem: 'That is too large.' }]),
    );
    stop();
  });

  it('are sent with all that is in a folder, beside files that were dropped with it', async () => {
    const heard: Granted[] = [];
    const stop = createBrowserBackend(window).onGranted((granted) => heard.push(granted));
    const inside = folder('trip', [file('a.png'), folder('day 1', [file('b.png')])]);
    const droppedAt = dropItems(inside, file('rows.csv'));
    await vi.waitFor(() => expect(heard).toEqual([{ target: 'drop', droppedAt, grants: [GRANT, GRANT] }]));
    expect(sent).toEqual([
      { url: '/app/files?folder=1', names: ['trip/a.png', 'trip/day 1/b.png'] },
      { url: '/app/files', names: ['rows.csv'] },
    ]);
    stop();
  });

  it('tell in a sentence that a folder held none', async () => {
    const heard: Granted[] = [];
    const stop = createBrowserBackend(window).onGranted((granted) => heard.push(granted));
    const droppedAt = dropItems(folder('trip', [folder('day 1', [])]));
    await vi.waitFor(() =>
      expect(heard).toEqual([
        { target: 'drop', droppedAt, grants: [], problem: 'There is no file in this folder: drop another.' },
      ]),
    );
    expect(sent).toEqual([]);
    stop();
  });

  it('are sent when they are more pictures than a page takes from the drop itself', async () => {
    const stop = createBrowserBackend(window).onGranted(() => undefined);
    drop(...Array.from({ length: 201 }, () => png));
    await vi.waitFor(() => expect(sent.map(({ names }) => names.length)).toEqual([201]));
    stop();
  });

  it('are not sent when they are pictures alone, which the drop itself hands over', async () => {
    const stop = createBrowserBackend(window).onGranted(() => undefined);
    drop(png);
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent).toEqual([]);
    stop();
  });
});

describe('a file that is chosen', () => {
  const chosen = (): HTMLInputElement => document.querySelector('input') ?? expect.fail('no input');

  it('is sent, and answers as the dialog of the window does', async () => {
    const picking = createBrowserBackend(window).client.files.pick({ purpose: 'dataset' });
    await vi.waitFor(chosen);
    Object.defineProperty(chosen(), 'files', { value: [csv] });
    chosen().dispatchEvent(new Event('change'));
    expect(await picking).toEqual(GRANT);
    expect(document.querySelector('input')).toBeNull();
  });

  it('is null where the user cancels, and a sentence where the service refuses', async () => {
    const { client } = createBrowserBackend(window);
    const cancelled = client.files.pick({ purpose: 'imageFolder' });
    await vi.waitFor(chosen);
    expect(chosen().webkitdirectory).toBe(true);
    chosen().dispatchEvent(new Event('cancel'));
    expect(await cancelled).toBeNull();
    answer = () => Response.json({ error: 'That is too large.' }, { status: 413 });
    const refused = client.files.pick({ purpose: 'presets' });
    await vi.waitFor(chosen);
    Object.defineProperty(chosen(), 'files', { value: [csv] });
    chosen().dispatchEvent(new Event('change'));
    await expect(refused).rejects.toThrow('That is too large.');
  });
});

describe('a picture', () => {
  const NODE = { kind: 'node', nodeId: 3, part: 'locked' } as const;
  const written: unknown[] = [];
  beforeEach(() => {
    written.length = 0;
    vi.stubGlobal(
      'ClipboardItem',
      class {
        constructor(readonly parts: Readonly<Record<string, Promise<Blob>>>) {}
      },
    );
    answer = () => new Response('a png');
  });
  const clipboard = (value: unknown) =>
    Object.defineProperty(window.navigator, 'clipboard', { configurable: true, value });

  it("is copied as a PNG to the browser's own clipboard, not to the service's", async () => {
    clipboard({
      async write([item]: readonly [{ parts: Readonly<Record<string, Promise<Blob>>> }]) {
        const blob = await item.parts['image/png'];
        written.push([blob?.type, await blob?.text()]);
      },
    });
    await createBrowserBackend(window).client.pictures.copy({ picture: NODE });
    expect(written).toEqual([['image/png', 'a png']]);
    const [{ url } = { url: '' }] = sent;
    expect(url).toContain('/app/picture?as=png');
    expect(JSON.parse(new URL(url, 'http://x').searchParams.get('picture') ?? '')).toEqual(NODE);
  });

  it('is told in a sentence that it cannot be copied: without TLS, not allowed, or gone', async () => {
    const { client } = createBrowserBackend(window);
    clipboard(undefined);
    await expect(client.pictures.copy({ picture: NODE })).rejects.toThrow(/only pages over HTTPS/);
    const refuse = { write: () => Promise.reject(new DOMException('no', 'NotAllowedError')) };
    clipboard(refuse);
    await expect(client.pictures.copy({ picture: NODE })).rejects.toThrow(/did not allow the page to copy/);
    answer = () => new Response('', { status: 404 });
    await expect(client.pictures.copy({ picture: NODE })).rejects.toThrow(/no longer there/);
  });

  it('is downloaded to be edited, and has an address for other programs', async () => {
    const { client, browser } = createBrowserBackend(window);
    const clicked: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      clicked.push(this.href);
    });
    expect(await client.pictures.editElsewhere({ nodeId: 3, part: 'locked' })).toEqual({ name: null });
    expect(clicked).toEqual([browser?.fileUrl(NODE)]);
    expect(clicked[0]).toMatch(/^http.*\/app\/picture\?as=file/);
    vi.restoreAllMocks();
  });
});

it('asks for files to save also where a browser holds randomUUID back: on a page without TLS', async () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  vi.stubGlobal(
    'WebSocket',
    class extends EventTarget {
      constructor() {
        super();
        queueMicrotask(() => this.dispatchEvent(new CloseEvent('close', { code: 1006 })));
      }
    },
  );
  const { client } = createBrowserBackend(window);
  await expect(client.presets.export({})).rejects.toThrow('The connection to Brushfleet was lost.');
});

it('shows pictures by addresses of the service', () => {
  expect(createBrowserBackend(window).thumbnail(7, 'small')).toBe('/app/media/small/7');
});

it.each([
  ['http://127.0.0.1:5004/app/', true],
  ['https://studio.example/app/', true],
  ['app://brushfleet/index.html', false],
  ['http://localhost:5173/', false],
])('%s is served by the service: %s', (url, isIt) => {
  expect(isServed({ location: new URL(url) } as unknown as Window)).toBe(isIt);
});
