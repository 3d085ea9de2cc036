/** Where processes of one user meet that know nothing of each other: a folder for sockets that is this user's alone. */
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Not where TMPDIR says: two that were started with different ones would not meet, and a long path fits no socket. */
export function meetingPlace(): string {
  const everybodys = '/tmp';
  return join(existsSync(everybodys) ? everybodys : tmpdir(), `brushfleet-${process.getuid?.() ?? 0}`);
}

/** Makes it. Rejects where others could listen in. */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(folder);
  if (uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to another user.`);
  }
  await chmod(folder, 0o700);
}
