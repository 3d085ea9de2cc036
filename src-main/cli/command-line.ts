/** Hands the process to `main` and ends it with the exit code. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { libraryDir } from '../library';
import { systemClock } from '../system-clock';
import { openFleet } from './fleet/open-fleet';
import { secretInput } from './fleet/secret-input';
import { openOwnLibrary } from './library/own-library';
import { main } from './main';
import { openEngine } from './open-engine';
import { deliveredCode, resultSink } from './result-sink';
import { openRuns } from './runs/open-runs';
import { openServed } from './serve/open-served';
import { openTokens } from './tokens/open-tokens';
import { brushfleetAt } from '../api/brushfleet';
import { noKeyring } from '../vault/no-keyring';
import { readVersion } from '../version';

/** SIGHUP: the terminal was closed, and what is in flight is as dear as ever. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function onInterrupt(listener: () => void): () => void {
  INTERRUPTS.forEach((name) => process.on(name, listener));
  return () => INTERRUPTS.forEach((name) => process.off(name, listener));
}

/** `rootDir`: where package.json and resources are. */
export function runCommandLine(rootDir: string): void {
  const version = readVersion(rootDir);
  // A reader that went away (`| head`) must not end a run whose pictures are being paid for.
  const out = resultSink(process.stdout);
  process.stderr.on('error', () => undefined);

  void main({
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    version,
    streams: { out, err: process.stderr },
    clock: systemClock,
    onInterrupt,
    exitNow: (code) => process.exit(code),
    input: secretInput(process.stdin, process.stderr),
    // The same keyring as the window's: these are the same keys.
    openFleet: ({ env, logLevel, onlyTests, libraryDir: given }) =>
      openFleet({
        onlyTests: onlyTests === true,
        version,
        libraryDir: given ?? libraryDir(env, process.platform, homedir()),
        env,
        resourcesDir: join(rootDir, 'resources'),
        imageRoots: 'all',
        logLevel,
      }),
    // The library's own keys may be needed to go on with a run.
    openRuns: ({ env, logLevel, libraryDir: given }) =>
      openRuns({
        libraryDir: given ?? libraryDir(env, process.platform, homedir()),
        env,
        resourcesDir: join(rootDir, 'resources'),
        imageRoots: 'all',
        logLevel,
        version,
      }),
    // The library's own keys serve where the environment has none; a caller's request names no file of this machine.
    openServed: ({ env, logLevel, libraryDir: given }) =>
      openServed({
        libraryDir: given ?? libraryDir(env, process.platform, homedir()),
        env,
        resourcesDir: join(rootDir, 'resources'),
        imageRoots: 'granted',
        logLevel,
        version,
      }),
    openTokens: ({ env, logLevel, libraryDir: given }) =>
      openTokens({
        libraryDir: given ?? libraryDir(env, process.platform, homedir()),
        env,
        resourcesDir: join(rootDir, 'resources'),
        imageRoots: 'granted',
        keyring: noKeyring('tokens need no key'),
        logLevel,
        version,
      }),
    stream: {
      lines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
      open: (given, { logLevel }) =>
        brushfleetAt({ resourcesDir: join(rootDir, 'resources'), version, logLevel }, given),
    },
    openLibrary: ({ env, libraryDir: given }) =>
      openOwnLibrary(given ?? libraryDir(env, process.platform, homedir())),
    openEngine: ({ env, logLevel, usesLibraryKeys }) =>
      openEngine({
        onInterrupt,
        onNote: (sentence) => process.stderr.write(`brushfleet: ${sentence}\n`),
        version,
        libraryDir: libraryDir(env, process.platform, homedir()),
        env,
        resourcesDir: join(rootDir, 'resources'),
        imageRoots: 'all',
        ...(usesLibraryKeys
          ? {}
          : { keyring: noKeyring('the command line uses the keys of its environment') }),
        logLevel,
      }),
  }).then(async (code) => {
    // Output to a pipe is written behind; the exit waits for it.
    const ended = await deliveredCode(code, out, process.stderr);
    process.stderr.write('', () => process.exit(ended));
  });
}
