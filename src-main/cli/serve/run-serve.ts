/** Carries `serve` out: until it is interrupted. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { App } from '../../app';
import type { FoundFleet } from '../../fleet-env/fleet-from-env';
import { fleetsFromEnv, joinedFleet } from '../../fleet-env/fleets-from-env';
import type { Environment } from '../../fleet-env/variables';
import { closeDoors } from '../../local-door/close-doors';
import { isLoopbackHost } from '../../service/guard';
import { readConfig, type ServiceConfig, type TlsFiles } from '../../service/settings';
import { EXIT } from '../exit-codes';
import { keyName } from '../fleet/key-words';
import { vaultSentence } from '../fleet/vault-words';
import { watchInterrupts } from '../interrupt';
import { type MainOptions, readSurroundings, refuse } from '../surroundings';
import type { ServeCliRequest } from './serve-request';

export async function runServe(
  options: MainOptions,
  request: ServeCliRequest,
  onFleet: (fleet: FoundFleet) => void,
): Promise<number> {
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const { env, logLevel } = surroundings;
  const tls = await readTls(request, options.cwd);
  if (typeof tls === 'string') {
    return refuse(options, tls);
  }
  const read = readConfig(env, { ...request, tls });
  if (read.kind === 'refused') {
    return refuse(options, read.sentence);
  }
  const fleets = fleetsFromEnv(env);
  if (typeof fleets === 'string') {
    return refuse(options, fleets);
  }
  fleets.forEach(onFleet);
  const { library } = request;
  const opened = await options.openServed({
    env,
    logLevel,
    ...(library === undefined ? {} : { libraryDir: resolve(options.cwd, library) }),
  });
  if (opened.kind === 'refused') {
    return refuse(options, opened.sentence);
  }
  return serve(options, { ...opened, fleets, env, config: read.config });
}

interface Serving {
  readonly app: App;
  openDoor(): Promise<{ close(): Promise<void> } | null>;
  readonly fleets: readonly FoundFleet[];
  readonly env: Environment;
  readonly config: ServiceConfig;
}

async function serve(options: MainOptions, { app, openDoor, fleets, env, config }: Serving): Promise<number> {
  const say = (sentence: string): void => {
    options.streams.err.write(`${sentence}\n`);
  };
  try {
    if (fleets.length > 0) {
      await app.fleet.give(joinedFleet(fleets));
      refusedBefore(app).forEach(say);
    } else {
      lockedKeys(app).forEach(say);
    }
    // Loaded for this command alone: the others start faster without it.
    const { serveApp } = await import('../../service/serve-app');
    const service = serveApp({ app, env, config, version: options.version });
    const status = await service.start();
    if (status.kind === 'failed') {
      say(`brushfleet: ${status.reason}`);
      return EXIT.someFailed;
    }
    let door: { close(): Promise<void> } | null = null;
    let endWatch: () => void = () => undefined;
    try {
      // Other command lines join this process, and share its pool and its limits.
      door = await openDoor();
      announce(say, { fleets, config, address: status.kind === 'on' ? status.address : '' });
      endWatch = await interrupted(options, say);
    } finally {
      await closeDoors({ door, service: { close: () => service.stop() }, app });
      endWatch();
    }
    return EXIT.done;
  } finally {
    await app.close();
  }
}

/** What a provider once refused is not asked again by itself: a service that answers nobody says why. */
function refusedBefore(app: App): string[] {
  const out = app.fleet
    .views()
    .flatMap(({ keys }) => keys)
    .filter(({ state }) => state.status === 'FAILED_INIT');
  return [...new Map(out.map((key) => [key.id, key] as const)).values()].map(
    (key) =>
      `Key ${keyName(key)} was refused by its provider earlier and is not asked: replace it, or give brushfleet keys test --all to bring it back.`,
  );
}

/** Nothing is sent with the library's keys while they cannot be read. */
function lockedKeys(app: App): string[] {
  const isReadable = app.fleet.views().every(({ keys }) => keys.every(({ readable }) => readable));
  const sentence = isReadable ? null : vaultSentence(app.vault.status());
  return sentence === null ? [] : [`Warning: ${sentence}`];
}

function announce(
  say: (sentence: string) => void,
  { fleets, config, address }: Pick<Serving, 'fleets' | 'config'> & { readonly address: string },
): void {
  for (const { startLine, notes, warnings } of fleets) {
    [startLine, ...notes, ...warnings].forEach(say);
  }
  if (fleets.length === 0) {
    say("No keys in the environment: the library's own serve, and those that callers bring.");
  }
  if (!isLoopbackHost(config.host) && config.tls === undefined) {
    say('Warning: this service can be reached from other machines without TLS: keys travel unencrypted.');
  }
  say(`Brushfleet serves on ${address} (routes: ${address}/docs). Ctrl-C ends it.`);
}

/** The first lets what is in flight end; the second ends the process. */
function interrupted(options: MainOptions, say: (sentence: string) => void): Promise<() => void> {
  return new Promise((done) => {
    const watch = watchInterrupts(options.onInterrupt, {
      first() {
        say('Ending: requests in flight are finished and answered. Ctrl-C again ends at once.');
        done(() => watch.end());
      },
      second: () => options.exitNow(EXIT.interrupted),
    });
  });
}

/** One sentence where a file cannot be used. */
async function readTls({ tls }: ServeCliRequest, cwd: string): Promise<TlsFiles | undefined | string> {
  if (tls === undefined) {
    return undefined;
  }
  try {
    const [cert, key] = await Promise.all([
      readFile(resolve(cwd, tls.cert)),
      readFile(resolve(cwd, tls.key)),
    ]);
    return { cert, key };
  } catch (error) {
    return `--tls_cert and --tls_key: ${(error as NodeJS.ErrnoException).path ?? 'a file'} cannot be read.`;
  }
}
