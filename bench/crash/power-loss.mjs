/**
 * A disk that forgets: what is left of files at every moment a machine may lose its power. Only what was fsynced is
 * there. Names are the hard part: a file system may keep a new name before or after the folder was fsynced, so both
 * are looked at.
 */
import { Buffer } from 'node:buffer';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * @typedef {import('./syscalls.mjs').FileCall} FileCall
 * @typedef {{ now: Buffer, onDisk: Buffer | null, end: number }} Inode `end`: where what was written last ends
 */

/** `late`: a name is kept once its folder was fsynced; `early`: at once. */
export const NAMES_KEPT = /** @type {const} */ (['late', 'early']);

/** @param {ReadonlyMap<string, Buffer>} before files that are on disk already, by path */
export function createForgetfulDisk(before) {
  /** @type {Map<string, Inode>} */
  const present = new Map();
  for (const [path, data] of before) {
    present.set(path, { now: data, onDisk: data, end: data.length });
  }
  /** @type {Map<string, Inode>} */
  let kept = new Map(present);

  /** @param {string} path */
  function inode(path) {
    const found = present.get(path) ?? { now: Buffer.alloc(0), onDisk: null, end: 0 };
    present.set(path, found);
    return found;
  }

  /** @param {string} path */
  function sync(path) {
    const file = present.get(path);
    if (file !== undefined) {
      file.onDisk = Buffer.from(file.now);
      return;
    }
    const inFolder = (/** @type {string} */ name) => dirname(name) === path;
    kept = new Map([
      ...[...kept].filter(([name]) => !inFolder(name)),
      ...[...present].filter(([name]) => inFolder(name)),
    ]);
  }

  return {
    /** @param {FileCall} call */
    apply(call) {
      switch (call.op) {
        case 'open':
          if (call.truncate && present.has(call.path)) {
            Object.assign(inode(call.path), { now: Buffer.alloc(0), end: 0 });
          } else {
            inode(call.path);
          }
          return;
        case 'write':
          write(inode(call.path), call.data, call.at);
          return;
        case 'truncate':
          inode(call.path).now = resized(inode(call.path).now, call.length);
          return;
        case 'rename':
          present.set(call.to, inode(call.path));
          present.delete(call.path);
          return;
        case 'unlink':
          present.delete(call.path);
          return;
        case 'sync':
          sync(call.path);
      }
    },

    /**
     * The files after a power loss at this moment.
     * @param {'late' | 'early'} names
     * @returns {Map<string, Buffer>}
     */
    afterPowerLoss(names) {
      const entries = names === 'late' ? kept : present;
      return new Map([...entries].map(([path, { onDisk }]) => [path, onDisk ?? Buffer.alloc(0)]));
    },
  };
}

/**
 * @param {Inode} file
 * @param {Buffer} data
 * @param {number | null} at
 */
function write(file, data, at) {
  const from = at ?? file.end;
  const grown = resized(file.now, Math.max(file.now.length, from + data.length));
  data.copy(grown, from);
  file.now = grown;
  file.end = from + data.length;
}

/**
 * @param {Buffer} data
 * @param {number} length
 */
function resized(data, length) {
  const fresh = Buffer.alloc(length);
  data.copy(fresh);
  return fresh;
}

/**
 * Writes such files below another folder, so that they can be opened.
 * @param {ReadonlyMap<string, Buffer>} files
 * @param {{ from: string, to: string }} folders
 */
export async function layOut(files, { from, to }) {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const [path, data] of files) {
    const target = join(to, relative(from, path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, data);
  }
}
