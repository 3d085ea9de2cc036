/** Files of the lab: written beside their place and moved there whole; PNGs with the colour profile of their source. */
import { rename, unlink, writeFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';

/** The file could not be written; the reason is the disk's. */
export class DiskProblem extends Error {}

export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.part`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new DiskProblem('not written', { cause: error });
  }
}

/** Signature and IHDR, which is always the first chunk and always 13 bytes long (PNG specification, 5.3 and 11.2.2). */
const AFTER_HEADER = 8 + 12 + 13;

/**
 * The same pixels, tagged: sharp would convert them to the profile instead. iCCP: name, 0, method 0, deflated profile (PNG
 * specification, 11.3.3.3).
 */
export function pngWithProfile(png: Buffer, profile: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('iCCPICC profile\0\0', 'latin1'), deflateSync(profile)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([
    png.subarray(0, AFTER_HEADER),
    frame.subarray(0, 4),
    body,
    frame.subarray(4),
    png.subarray(AFTER_HEADER),
  ]);
}
