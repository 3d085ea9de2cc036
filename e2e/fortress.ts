/** What the security spec needs besides a window: a copy of the build with bait around it, and listeners that count. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test as base } from '@playwright/test';
import { openStudio, type Studio } from './studio';

/** The window's only page. */
export const START = 'app://brushfleet/index.html';

export interface Fortress extends Studio {
  /** The build the window runs from. */
  readonly appDir: string;
}

/** One window for all tests of a worker. */
export const test = base.extend<object, { fortress: Fortress }>({
  fortress: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const appDir = await buildWithBait();
      const { studio, close } = await openStudio({ appDir });
      await use(Object.assign(studio, { appDir }));
      await close();
      await rm(appDir, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 300_000 },
  ],
});

/** The build, a secret beside the served folder, a sibling with its prefix, a link out of it, a name with a space. */
async function buildWithBait(): Promise<string> {
  const appDir = await mkdtemp(join(tmpdir(), 'brushfleet-build-'));
  const renderer = join(appDir, 'out', 'renderer');
  for (const part of ['out', 'resources', 'package.json']) {
    await cp(join(process.cwd(), part), join(appDir, part), { recursive: true });
  }
  await symlink(join(process.cwd(), 'node_modules'), join(appDir, 'node_modules'));
  await mkdir(join(appDir, 'out', 'renderer-evil'));
  await writeFile(join(appDir, 'out', 'renderer-evil', 'secret.json'), '"secret"');
  await writeFile(join(appDir, 'out', 'secret.json'), '"secret"');
  await writeFile(join(renderer, 'two words.json'), '"plain"');
  await symlink(join(appDir, 'out', 'secret.json'), join(renderer, 'link.json'));
  return appDir;
}

export interface Listener {
  readonly url: string;
  hits(): number;
  close(): void;
}

/** Counts what a hostile page manages to send; `redirectTo` makes it lead elsewhere. */
export async function listener(redirectTo?: string): Promise<Listener> {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    response.writeHead(redirectTo === undefined ? 200 : 302, { location: redirectTo ?? '' }).end('reached');
  });
  server.on('upgrade', (_request, socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    hits: () => hits,
    close: () => void server.close(),
  };
}

/**
 * Takes away the wall behind the others: with the session's network cut off, no test could tell whether the content
 * security policy and the navigation guards hold by themselves. For the rest of this window's life.
 */
export async function openNetwork(fortress: Fortress): Promise<void> {
  await fortress.electron.evaluate(({ session }) => {
    session.defaultSession.webRequest.onBeforeRequest(null);
  });
}

/** Long enough for a request or a navigation that was not stopped to arrive. */
export async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(400);
}

/** Files dropped by hand in the middle of the window. */
export async function drop(page: Page, files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 400,
      y: 300,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  }
  await session.detach();
}

/** One page, where it was, and nobody outside heard of it. */
export async function expectInside(
  fortress: Fortress,
  found: { before: string; hits: number },
): Promise<void> {
  expect(found.hits).toBe(0);
  const pages = await fortress.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getURL()),
  );
  expect(pages).toEqual([found.before]);
}
