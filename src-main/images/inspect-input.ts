/** What a row's reference leads to, as far as it can be told without sending: files by their header, URLs by their form. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ArrivingPicture } from './arriving-picture';
import { badInput, parseUrl, type Refused, shownReference } from './bad-input';
import { decodeDataUrl } from './data-url';
import { embeddedFile, isEmbeddedReference } from './embedded';
import { type FileHeader, readFileHeader, told } from './file-header';
import type { ImageSize } from './measure';
import { MAX_INPUT_IMAGE_BYTES } from './largest-input';
import { megabytes, type PathPolicy, resolveInputPath } from './safe-path';
import { seemsWhole } from './whole-image';

export interface InspectRules extends PathPolicy {
  /** Where images embedded in Parquet were unpacked. */
  readonly embeddedDir: string;
}

export type InspectedInput =
  | {
      readonly kind: 'image';
      readonly mimeType: string;
      readonly sizeBytes: number;
      /** Null: its header does not say within its first bytes. */
      readonly pixels: ImageSize | null;
      /** Its EXIF says that width and height change places when it is shown; absent: no. */
      readonly isSideways?: true;
      /** It moves, in a format that is mostly still; absent: no. */
      readonly isMoving?: true;
      /** Its file ends before the picture does; absent: no, or its type does not tell. */
      readonly isCut?: true;
    }
  /** It is fetched when its row is sent, and not before. */
  | { readonly kind: 'url' }
  | Refused;

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** Never rejects. By the same rules as loading it, save that nothing is fetched or read whole. */
export async function inspectInput(given: string, rules: InspectRules): Promise<InspectedInput> {
  const reference = given.trim();
  const shown = shownReference(reference);
  const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') {
    return parseUrl(reference) === null
      ? badInput(`"${shown}" is not a URL that can be fetched; correct it.`)
      : { kind: 'url' };
  }
  if (scheme === 'data') {
    const decoded = decodeDataUrl(reference, MAX_INPUT_IMAGE_BYTES);
    return decoded.kind === 'ok' ? inspectBytes(decoded.bytes, shown) : decoded;
  }
  if (isEmbeddedReference(reference)) {
    const file = embeddedFile(reference, rules.embeddedDir);
    return file === null
      ? badInput('An image embedded in the dataset is damaged or missing; import the file again.')
      : inspectFile(file.path, 'embedded image');
  }
  if (scheme !== undefined && scheme !== 'file' && /^[^:]+:\/\//.test(reference)) {
    return badInput(`"${shown}" is a ${scheme}: URL, which cannot be fetched; use https or a file.`);
  }
  const resolved = await resolveInputPath(reference, rules);
  return resolved.kind === 'ok' ? inspectFile(resolved.path, shown) : resolved;
}

function inspectBytes(bytes: Uint8Array, shown: string): InspectedInput {
  const picture = new ArrivingPicture();
  picture.take(bytes);
  return asImage(told(bytes), { sizeBytes: bytes.byteLength, isCut: !picture.isWhole() }, shown);
}

async function inspectFile(path: string, shown: string): Promise<InspectedInput> {
  try {
    // oxlint-disable-next-line no-bitwise -- flags of open(2)
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = await handle.stat();
      if (size > MAX_INPUT_IMAGE_BYTES) {
        return badInput(
          `The image "${shown}" is larger than ${megabytes(MAX_INPUT_IMAGE_BYTES)}; make it smaller.`,
        );
      }
      const header = await readFileHeader(handle, size);
      const isCut = (await seemsWhole(handle, size, header.type?.mimeType ?? '')) === false;
      return asImage(header, { sizeBytes: size, isCut }, shown);
    } finally {
      await handle.close();
    }
  } catch {
    return badInput(`The image "${shown}" cannot be read; check its permissions.`);
  }
}

interface Bytes {
  readonly sizeBytes: number;
  readonly isCut: boolean;
}

function asImage(header: FileHeader, { sizeBytes, isCut }: Bytes, shown: string): InspectedInput {
  const { type, pixels, isSideways, isMoving } = header;
  return type === null
    ? badInput(`"${shown}" is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).`)
    : {
        kind: 'image',
        mimeType: type.mimeType,
        sizeBytes,
        pixels,
        ...(isSideways ? { isSideways } : {}),
        ...(isMoving ? { isMoving } : {}),
        ...(isCut ? { isCut } : {}),
      };
}
