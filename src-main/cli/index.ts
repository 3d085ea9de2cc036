/** Door 2: the command line. Hands the process to `main` and ends it with the exit code. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryDir } from '../library';
import { systemClock } from '../system-clock';
import { openFleet } from './fleet/open-fleet';
import { secretInput } from './fleet/secret-input';
import { openOwnLibrary } from './library/own-library';
import { main } from './main';
import { openEngine } from './open-engine';
import { openRuns } from './runs/open-runs';
import { noKeyring } from '../vault/no-keyring';
import { readVersion } from '../version';

/** Above out/main, where the built file lies. */
const rootDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const version = readVersion(rootDir);

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
  version,
  streams: { out: process.stdout, err: process.stderr },
  clock: systemClock,
  onInterrupt,
  exitNow: (code) => process.exit(code),
  input: secretInput(process.stdin, process.stderr),
  // The same keyring as the window's: these are the same keys.
  openFleet: ({ env, logLevel }) =>
    openFleet({
      version,
      libraryDir: libraryDir(env, process.platform, homedir()),
      env,
      resourcesDir: join(rootDir, 'resources'),
      imageRoots: 'all',
      logLevel,
    }),
  // The library's own keys may be needed to go on with a run.
  openRuns: ({ env, logLevel }) =>
    openRuns({
      libraryDir: libraryDir(env, process.platform, homedir()),
      env,
      resourcesDir: join(rootDir, 'resources'),
      imageRoots: 'all',
      logLevel,
      version,
    }),
  openLibrary: ({ env }) => openOwnLibrary(libraryDir(env, process.platform, homedir())),
  openEngine: ({ env, logLevel }) =>
    openEngine({
      onInterrupt,
      onNote: (sentence) => process.stderr.write(`brushfleet: ${sentence}\n`),
      version,
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
