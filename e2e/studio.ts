/** A real window on a library of its own, for the specs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, expect, type Page, test as base } from '@playwright/test';
import { ensureElectronRuntime } from './runtime/electron-runtime.mjs';

export interface Studio {
  readonly home: string;
  /** The present window. */
  page: Page;
  electron: ElectronApplication;
  /** Closes the window and opens it again on the same library. */
  restart(): Promise<void>;
}

export interface StudioOptions {
  /** Environment of the app besides the library's folder. */
  appEnv: Record<string, string>;
}

export interface OpenStudioOptions {
  readonly appEnv?: Record<string, string>;
  /** Default: the runtime of Electron for tests. */
  readonly executable?: string;
  /** For Chromium. */
  readonly args?: readonly string[];
  /** The app's folder; default: this project. */
  readonly appDir?: string;
  /** A folder that is there already; default: a new one. */
  readonly home?: string;
}

/** Milliseconds; a start takes one or two seconds, and any time on a machine that is starved. */
const START_MS = 240_000;

/** `studio`: a window on an empty library, closed and removed after the test. */
export const test = base.extend<{ studio: Studio } & StudioOptions>({
  appEnv: [{}, { option: true }],
  studio: async ({ appEnv }, use, info) => {
    const { studio, close } = await openStudio({ appEnv });
    await use(studio);
    if (info.status !== info.expectedStatus) {
      // Closing asks what becomes of the requests in flight, which a test that broke off has not let go.
      studio.electron.process().kill('SIGKILL');
    }
    await close();
  },
});

/** For specs that share one window: who opens it closes it, which also removes its library. */
export async function openStudio(
  options: OpenStudioOptions,
): Promise<{ studio: Studio; close(): Promise<void> }> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'brushfleet-e2e-')));
  const first = await open(home, options);
  const studio: Studio = {
    home,
    ...first,
    async restart() {
      await studio.electron.close();
      Object.assign(studio, await open(home, options));
    },
  };
  return {
    studio,
    async close() {
      await studio.electron.close();
      // Chromium's own processes may still write there for a moment after the app's has ended.
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    },
  };
}

async function open(home: string, options: OpenStudioOptions): Promise<Pick<Studio, 'page' | 'electron'>> {
  const electron = await _electron.launch({
    executablePath: options.executable ?? (await ensureElectronRuntime()),
    args: ['--no-sandbox', '--disable-gpu', ...(options.args ?? []), options.appDir ?? process.cwd()],
    env: {
      ...inherited(),
      DBUS_SESSION_BUS_ADDRESS: '/dev/null',
      BRUSHFLEET_HOME: join(home, 'library'),
      HOME: home,
      XDG_PICTURES_DIR: join(home, 'Pictures'),
      CI: '1',
      ...options.appEnv,
    },
    timeout: START_MS,
  });
  const page = await electron.firstWindow({ timeout: START_MS });
  // The page listens for keys once it is drawn.
  await page.locator('main').first().waitFor();
  return { electron, page };
}

/** Asked until it is so: a window that is just being shown takes the size it was made with. */
export async function resize(
  { electron, page }: Studio,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  await expect(async () => {
    await electron.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
    }, size);
    await expect.poll(() => page.evaluate(() => innerWidth), { timeout: 5000 }).toBe(size.width);
  }).toPass();
}

/** The environment without anything that could lead a test to a real account. */
function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/GEMINI|OPENAI|BRUSHFLEET|_PROXY/i.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

export { expect } from '@playwright/test';
