/**
 * Files that are asked about. A copy is kept beside the answers: the history still shows what was meant when the file
 * has been moved or changed.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Attachment } from '@shared/contract/text';
import type { MediaFile } from '@shared/media-parts';
import { mediumSchema } from '@shared/model/text';
import { makeAtomically, writeAtomically } from '../../datasets/atomic-file';
import { hasSize } from '../../file-facts';
import { MEDIA_SNIFF_BYTES, type MediaType, sniffMedia } from '../../images/sniff-media';
import { fileSha256 } from '../../images/file-sha256';
import { Refusal } from '../../refusal';
import { askedFile } from './asked-text';
import type { TextParts, TextShell } from './text-parts';

/** Of one file; more than a provider takes. */
const MOST_BYTES = 2 * 1024 ** 3;

export async function keepAttachment(
  parts: Pick<TextParts, 'store'>,
  attachment: Attachment,
  { shell, folder }: { readonly shell: Pick<TextShell, 'granted'>; readonly folder: string },
): Promise<MediaFile> {
  switch (attachment.kind) {
    case 'file': {
      const path = shell.granted(attachment.grant);
      return keepFile(path, basename(path), folder);
    }
    case 'result': {
      const found = await parts.store.result(attachment.resultId);
      if (found === null) {
        throw new Refusal('NOT_FOUND', 'That picture is no longer in the library; attach another.');
      }
      return keepFile(found.path, basename(found.path), folder);
    }
    case 'asked':
      return askedFile(parts.store, attachment, folder);
    case 'bytes':
      return keepBytes(new Uint8Array(await attachment.file.arrayBuffer()), attachment.name, folder);
  }
}

export async function keepFile(path: string, name: string, folder: string): Promise<MediaFile> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) {
    throw new Refusal('BAD_INPUT', `${name} cannot be read; attach it again.`);
  }
  if (found.size > MOST_BYTES) {
    throw new Refusal('BAD_INPUT', `${name} is larger than 2 GB; attach a part of it.`);
  }
  const { medium, extension } = kindOf(await head(path), name);
  const kept = join(folder, `${(await fileSha256(path)).slice(0, 32)}.${extension}`);
  if (!(await hasSize(kept, found.size))) {
    await mkdir(folder, { recursive: true });
    // A copy that shares its blocks, where the file system has that.
    await makeAtomically(kept, (draft) => copyFile(path, draft, constants.COPYFILE_FICLONE));
  }
  return { medium, reference: kept };
}

async function keepBytes(bytes: Uint8Array, name: string, folder: string): Promise<MediaFile> {
  const { medium, extension } = kindOf(bytes.subarray(0, MEDIA_SNIFF_BYTES), name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const kept = join(folder, `${sha256.slice(0, 32)}.${extension}`);
  if (!(await hasSize(kept, bytes.byteLength))) {
    await mkdir(folder, { recursive: true });
    await writeAtomically(kept, (handle) => handle.writeFile(bytes));
  }
  return { medium, reference: kept };
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MEDIA_SNIFF_BYTES), 0, MEDIA_SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** By its bytes; where they are of a container that holds either, by what its type says first. */
function kindOf(bytes: Uint8Array, name: string): Pick<MediaFile, 'medium'> & MediaType {
  const isSound = /\.(?:m4a|mka|oga|ogg|opus|weba)$/i.test(name);
  const order = isSound ? mediumSchema.options : (['image', 'video', 'audio'] as const);
  for (const medium of order) {
    const type = sniffMedia(bytes, medium);
    if (type?.mimeType.startsWith(`${medium}/`) === true) {
      return { medium, ...type };
    }
  }
  throw new Refusal(
    'BAD_INPUT',
    `${name} is not a picture, sound or video that can be sent; attach another file.`,
  );
}
