/** What a reference to an image, a sound or a film leads to, as far as it can be told without sending. */
import { badInput, parseUrl, type Refused, shownReference } from './bad-input';
import { decodeAnyDataUrl } from './data-url';
import { embeddedFile, isEmbeddedReference } from './embedded';
import type { InspectRules } from './inspect-input';
import { type MediaClaim, mediaType } from './media-type';
import { MAX_INPUT_IMAGE_BYTES } from './largest-input';
import { openRegularFile, resolveInputPath } from './safe-path';

export type InspectedMedia =
  | { readonly kind: 'media'; readonly mimeType: string; readonly sizeBytes: number }
  /** It is fetched when its row is sent, by this program or by the provider, and not before. */
  | { readonly kind: 'url' }
  | Refused;

/** What a provider takes at most of one sound or film (ai.google.dev/gemini-api/docs/files: 2 GB per file). */
const MAX_MEDIA_FILE_BYTES = 2 * 1024 ** 3;

/** Never rejects. By the same rules as loading it, save that nothing is fetched or read whole. */
export async function inspectMedia(
  given: string,
  claim: MediaClaim,
  rules: InspectRules,
): Promise<InspectedMedia> {
  const reference = given.trim();
  const shown = shownReference(reference);
  if (/^https?:/i.test(reference)) {
    return parseUrl(reference) === null
      ? badInput(`"${shown}" is not a URL that can be fetched; correct it.`)
      : { kind: 'url' };
  }
  if (/^data:/i.test(reference)) {
    const decoded = decodeAnyDataUrl(reference, MAX_INPUT_IMAGE_BYTES);
    return decoded.kind === 'ok'
      ? asMedia(decoded.bytes, decoded.bytes.byteLength, { claim, shown })
      : decoded;
  }
  if (isEmbeddedReference(reference)) {
    const file = embeddedFile(reference, rules.embeddedDir);
    return file === null
      ? badInput('An image embedded in the dataset is damaged or missing; import the file again.')
      : inspectFile(file.path, { claim, shown: 'embedded image' });
  }
  const resolved = await resolveInputPath(reference, rules, nounOf(claim));
  return resolved.kind === 'ok' ? inspectFile(resolved.path, { claim, shown }) : resolved;
}

interface Named {
  readonly claim: MediaClaim;
  readonly shown: string;
}

const nounOf = ({ medium }: MediaClaim) => (medium === 'audio' ? 'audio file' : medium);

async function inspectFile(path: string, named: Named): Promise<InspectedMedia> {
  const most = named.claim.medium === 'image' ? MAX_INPUT_IMAGE_BYTES : MAX_MEDIA_FILE_BYTES;
  const opened = await openRegularFile(path, most, named.shown, nounOf(named.claim));
  if (opened.kind === 'failed') {
    return opened;
  }
  try {
    return asMedia(opened.start, opened.sizeBytes, named);
  } finally {
    await opened.close();
  }
}

function asMedia(bytes: Uint8Array, sizeBytes: number, { claim, shown }: Named): InspectedMedia {
  const type = mediaType(bytes, claim, shown);
  return type.kind === 'failed' ? type : { kind: 'media', mimeType: type.mimeType, sizeBytes };
}
