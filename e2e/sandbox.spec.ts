/** E3: the sandbox, which is off in every other spec where root runs them: here the app runs as somebody else. */
import { spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START } from './fortress';
import { ensureElectronRuntime } from './runtime/electron-runtime.mjs';
import { expect, openStudio, test } from './studio';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
const AS_NOBODY = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];

/** Namespaces of the kinds of which Chromium builds its sandbox. */
const NAMESPACES = ['unshare', '--user', '--map-root-user', '--pid', '--net', '--fork', 'true'];

function canRun(words: readonly string[]): boolean {
  const [command = '', ...argv] = [...AS_NOBODY, ...words];
  return spawnSync(command, argv).status === 0;
}

/** Why that user cannot run the app here, of which nothing follows for its sandbox. */
function obstacle(runtime: string, home: string): string | null {
  if (!canRun(NAMESPACES)) {
    return 'users of this machine may make no namespaces: there is no sandbox to look at';
  }
  const checkout = process.cwd();
  const needed = [
    ['-x', runtime],
    ['-r', join(checkout, 'package.json')],
    ['-r', join(checkout, 'out', 'main', 'index.js')],
    ['-x', join(checkout, 'node_modules')],
    ['-r', join(checkout, 'node_modules')],
    ['-w', home],
  ] as const;
  const lacking = needed.find(([how, path]) => !canRun(['test', how, path]));
  return lacking === undefined ? null : `another user of this machine has no access to ${lacking[1]}`;
}

/** Starts the runtime as that user, without the switch that Playwright gives it where it runs as root itself. */
async function unprivilegedRuntime(runtime: string, home: string): Promise<string> {
  const script = join(home, 'electron.sh');
  await writeFile(
    script,
    `#!/bin/sh
for argument; do
  shift
  [ "$argument" = --no-sandbox ] || set -- "$@" "$argument"
done
exec ${AS_NOBODY.join(' ')} '${runtime}' "$@"
`,
  );
  await chmod(script, 0o755);
  return script;
}

/** The key to the display of the test, which is its starter's alone. */
async function displayKey(home: string): Promise<Record<string, string>> {
  const own = process.env['XAUTHORITY'];
  if (own === undefined) {
    return {};
  }
  const key = join(home, 'Xauthority');
  await copyFile(own, key);
  await chown(key, isRoot ? NOBODY : -1, -1);
  return { XAUTHORITY: key };
}

test('every page runs in a sandbox, whatever its window asks for', async () => {
  const runtime = await ensureElectronRuntime();
  const home = await mkdtemp(join(tmpdir(), 'brushfleet-e2e-'));
  await chown(home, isRoot ? NOBODY : -1, -1);
  const reason = obstacle(runtime, home);
  if (reason !== null) {
    await rm(home, { recursive: true });
  }
  test.skip(reason !== null, reason ?? '');
  const { studio, close } = await openStudio({
    home,
    executable: await unprivilegedRuntime(runtime, home),
    appEnv: await displayKey(home),
  });
  const { argv, pages } = await studio.electron.evaluate(async ({ BrowserWindow, webContents }, url) => {
    const careless = new BrowserWindow({ show: false, webPreferences: { sandbox: false } });
    await careless.loadURL(url);
    return {
      argv: process.argv,
      pages: webContents.getAllWebContents().map((contents) => contents.getOSProcessId()),
    };
  }, START);
  expect(argv.filter((argument) => /sandbox/.test(argument))).toEqual([]);
  expect(pages).toHaveLength(2);
  for (const pid of pages) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // Its system calls are filtered (2: by a program, proc_pid_status(5)), and it sees no process but its own.
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^NSpid:\t\d+\t\d+/m);
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('--no-sandbox');
  }
  await close();
});
