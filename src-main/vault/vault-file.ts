/** vault.json: ciphertext only, 0600, replaced as a whole so that a crash leaves the old file or the new one. */
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../durable-folder';

const sealedSchema = z.object({ nonce: z.string(), data: z.string(), tag: z.string() });

const protectionSchema = z.discriminatedUnion('kind', [
  /** The data key lies in the keyring, under the vault's id. */
  z.object({ kind: z.literal('keyring'), backend: z.string() }),
  /** The data key lies here, sealed by the passphrase. The bounds keep a crafted file from eating all memory. */
  z.object({
    kind: z.literal('passphrase'),
    salt: z.string(),
    cost: z.object({
      logN: z.number().int().min(15).max(20),
      r: z.number().int().min(8).max(16),
      p: z.number().int().min(1).max(4),
    }),
    dataKey: sealedSchema,
  }),
]);
export type Protection = Readonly<z.infer<typeof protectionSchema>>;

const fileSchema = z.object({
  version: z.literal(1),
  id: z.string().uuid(),
  protection: protectionSchema,
  /** By key id. One that is not a seal costs only itself. */
  entries: z.record(z.string(), sealedSchema.or(z.null()).catch(null)),
});
export type VaultFile = Readonly<z.infer<typeof fileSchema>>;

export type VaultFileRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'read'; readonly file: VaultFile };

export function vaultPath(libraryDir: string): string {
  return join(libraryDir, 'vault.json');
}

/** Throws only what the disk throws; content that is no vault is `unreadable`. */
export async function readVaultFile(path: string): Promise<VaultFileRead> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { kind: 'none' };
    }
    throw error;
  }
  try {
    return { kind: 'read', file: fileSchema.parse(JSON.parse(text)) };
  } catch {
    return { kind: 'unreadable' };
  }
}

/** Resolves once the new file is on disk in place of the old one. */
export async function writeVaultFile(path: string, file: VaultFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      // A left-over of a crash keeps its old mode when it is opened again.
      await chmod(temporary, 0o600);
      await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Moves a vault that cannot be opened out of the way: its keys may be wanted back one day. */
export async function setAside(path: string, name: string): Promise<void> {
  await rename(path, join(dirname(path), `vault.${name}.json`));
  await syncFolder(dirname(path));
}
