/** Where a layout of files goes: a new folder, or a ZIP. Either is whole under its name, or not there. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeAtomically } from '../../datasets/atomic-file';
import { folderName, moveToFresh } from '../folders/fresh-folder';
import { zipFile } from './zip-file';

export type Content =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

export interface LayoutSink {
  /** `name` with forward slashes. False: the file is not there or cannot be read. Throws what the target refuses. */
  put(name: string, content: Content): Promise<boolean>;
  /** Adds a line to a text file of the layout. */
  line(name: string, text: string): Promise<void>;
  /** Puts another in the place of each line of a text file; those at the places `first` (from 0) come first. */
  rewrite(name: string, line: (text: string) => string, first: ReadonlySet<number>): Promise<void>;
}

/** Makes a new folder below `base` under another name, which it gets once `fill` is done; answers its path. */
export async function wholeFolder(
  { base, name }: { readonly base: string; readonly name: string },
  fill: (unfinished: string) => Promise<void>,
): Promise<string> {
  const unfinished = join(base, `${folderName(name)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await mkdir(unfinished, { recursive: true });
    await fill(unfinished);
    return await moveToFresh(unfinished, base, name);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Into a folder of its own below `base`; answers its path. */
export function intoFolder(
  target: { readonly base: string; readonly name: string },
  write: (sink: LayoutSink) => Promise<void>,
): Promise<string> {
  return wholeFolder(target, async (unfinished) => {
    const lines = new LineFiles();
    const made = new Set<string>();
    const pathFor = async (file: string): Promise<string> => {
      const path = join(unfinished, file);
      if (!made.has(dirname(path))) {
        await mkdir(dirname(path), { recursive: true });
        made.add(dirname(path));
      }
      return path;
    };
    try {
      await write({
        put: async (file, content) => {
          const to = await pathFor(file);
          return content.kind === 'file'
            ? copied(content.path, to)
            : writeFile(to, content.bytes).then(() => true);
        },
        line: async (file, text) => lines.append(await pathFor(file), text),
        rewrite: (file, line, first) => lines.rewrite(join(unfinished, file), line, first),
      });
    } finally {
      await lines.close();
    }
  });
}

/** Into a ZIP; pictures are stored as they are, text is deflated. */
export async function intoZip(path: string, write: (sink: LayoutSink) => Promise<void>): Promise<void> {
  const spool = `${path}.${randomUUID().slice(0, 8)}.lines`;
  const lines = new LineFiles();
  await mkdir(spool);
  try {
    await writeAtomically(path, async (handle) => {
      const zip = zipFile(handle);
      await write({
        put: async (name, content) => {
          const bytes = content.kind === 'file' ? await readable(content.path) : content.bytes;
          if (bytes !== null) {
            await zip.store(name, bytes);
          }
          return bytes !== null;
        },
        line: (name, text) => lines.append(join(spool, encodeURIComponent(name)), text),
        rewrite: (name, line, first) => lines.rewrite(join(spool, encodeURIComponent(name)), line, first),
      });
      const files = lines.paths();
      await lines.close();
      for (const file of files) {
        await zip.deflate(decodeURIComponent(basename(file)), file);
      }
      await zip.end();
    });
  } finally {
    await lines.close();
    await rm(spool, { recursive: true, force: true });
  }
}

/** Text files that grow line by line. */
class LineFiles {
  readonly #handles = new Map<string, FileHandle>();
  async append(path: string, text: string): Promise<void> {
    const handle = this.#handles.get(path) ?? (await open(path, 'wx'));
    this.#handles.set(path, handle);
    await handle.appendFile(`${text}\n`);
  }

  /** A file that was never begun stays unwritten. */
  async rewrite(path: string, line: (text: string) => string, first: ReadonlySet<number>): Promise<void> {
    const before = this.#handles.get(path);
    if (before === undefined) {
      return;
    }
    const draft = `${path}.part`;
    const after = await open(draft, 'wx');
    this.#handles.set(path, after);
    await before.close();
    for (const isEarly of [true, false]) {
      let at = -1;
      for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
        at += 1;
        if (first.has(at) === isEarly) {
          await after.appendFile(`${line(text)}\n`);
        }
      }
    }
    await rename(draft, path);
  }

  paths(): readonly string[] {
    return [...this.#handles.keys()];
  }

  /** More than once, too. */
  async close(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) {
      await handle.close();
    }
  }
}

/** False: it is not there, or cannot be read. Throws what the target folder refuses. */
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (isUnreadable(code) && path === from && !(await isReadable(from))) {
      return false;
    }
    throw error;
  }
}

export async function readable(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isUnreadable((error as NodeJS.ErrnoException).code)) {
      return null;
    }
    throw error;
  }
}

function isUnreadable(code: string | undefined): boolean {
  return (
    code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'EPERM'
  );
}

/** What the copying names as missing may be its target. */
async function isReadable(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.close();
  return handle !== null;
}
