/** Door 2: the command line. Hands the process to `main` and ends it with the exit code. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryDir } from '../library';
import { systemClock } from '../system-clock';
import { openAppEngine } from './app-engine';
import { openAppFleet } from './fleet/app-fleet';
import { secretInput } from './fleet/secret-input';
import { main } from './main';
import { noKeyring } from '../vault/no-keyring';

/** Above out/main, where the built file lies. */
const rootDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function readVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
  return version;
}

function onInterrupt(listener: () => void): () => void {
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return () => process.off('SIGINT', listener).off('SIGTERM', listener);
}

// A reader that went away (`| head`) must not end a run whose pictures are being paid for.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

void main({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  version: readVersion(),
  streams: { out: process.stdout, err: process.stderr },
  clock: systemClock,
  onInterrupt,
  exitNow: (code) => process.exit(code),
  input: secretInput(process.stdin, process.stderr),
  // The same keyring as the window's: these are the same keys.
  openFleet: ({ env, logLevel }) =>
    openAppFleet({
      libraryDir: libraryDir(env, process.platform, homedir()),
      env,
      resourcesDir: join(rootDir, 'resources'),
      imageRoots: 'all',
      logLevel,
    }),
  openEngine: ({ env, logLevel }) =>
    openAppEngine({
      libraryDir: libraryDir(env, process.platform, homedir()),
      env,
      resourcesDir: join(rootDir, 'resources'),
      imageRoots: 'all',
      keyring: noKeyring('the command line uses the keys of its environment'),
      logLevel,
    }),
}).then((code) => {
  // Output to a pipe is written behind; the exit waits for it.
  process.stderr.write('', () => process.stdout.write('', () => process.exit(code)));
});
