/**
 * Bytes that came inside an item: written to a folder of the library's own for as long as its request is under way, so
 * that the journal holds their names and not them.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediumSchema } from '@shared/model/text';
import type { PromptItem } from './types';

export interface KeptItem {
  /** Without bytes: with paths instead, behind its own. */
  readonly item: PromptItem;
  /** Never rejects. */
  forget(): Promise<void>;
}

const NOTHING = async (): Promise<void> => undefined;
const DATA_URL = /^data:[^,]*;base64,/i;

export async function keepBytes(item: PromptItem, folder: string): Promise<KeptItem> {
  const media = mediumSchema.options.filter((medium) => item[`${medium}_bytes`] !== undefined);
  if (media.length === 0) {
    return { item, forget: NOTHING };
  }
  const own = join(folder, `${process.pid}-${randomUUID()}`);
  const forget = (): Promise<void> => rm(own, { recursive: true, force: true }).catch(() => undefined);
  try {
    await mkdir(own, { recursive: true, mode: 0o700 });
    const kept: Record<string, unknown> = { ...item };
    for (const medium of media) {
      const paths: string[] = [];
      for (const bytes of listOf(item[`${medium}_bytes`])) {
        const path = join(own, `${medium}-${paths.length + 1}`);
        await writeFile(path, bytesOf(bytes), { mode: 0o600 });
        paths.push(path);
      }
      delete kept[`${medium}_bytes`];
      // The order is URLs, paths, bytes: MIME types and video metadata stay with their own files.
      kept[`${medium}_path`] = [...listOf(item[`${medium}_path`]), ...paths];
    }
    return { item: kept, forget };
  } catch (error) {
    await forget();
    throw error;
  }
}

/**
 * Removes what programs that were killed have left: each folder is named after its process. What those had asked is
 * cancelled, or was read before it was sent. Never rejects.
 */
export async function forgetDead(
  folder: string,
  isAlive: (pid: number) => boolean = isProcess,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const dead = names.filter((name) => {
    const pid = /^(\d+)-[0-9a-f-]{36}$/.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(
    dead.map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)),
  );
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user: it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The medium whose bytes are something else. */
export function oddBytes(item: PromptItem): string | undefined {
  const isBytes = (value: unknown): boolean => typeof value === 'string' || value instanceof Uint8Array;
  return mediumSchema.options.find((medium) => !listOf<unknown>(item[`${medium}_bytes`]).every(isBytes));
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes.replace(DATA_URL, ''), 'base64') : bytes;
}
