/** The mask of a request: a PNG of the subject's size whose transparent pixels are to be changed. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../refusal';
import type { StoredFile } from '../../store/studio/studio-store';
import { type GatheredInput, SENT } from './gather-inputs';
import { factsOfFile, keepBytes } from './keep-picture';
import { nodeName } from './node-views';
import type { StudioParts } from './parts';

/** Keeps it. Throws a Refusal for one that fits no subject. */
export async function keepMask(
  folder: string,
  bytes: Uint8Array,
  subject: GatheredInput | undefined,
): Promise<StoredFile> {
  if (subject === undefined) {
    throw new Refusal(
      'BAD_INPUT',
      'A mask needs a picture with the role subject: add one, or clear the mask.',
      'mask',
    );
  }
  const kept = await keepBytes(folder, 'masks', { name: 'mask', bytes });
  if (kept.kind === 'refused') {
    throw new Refusal('BAD_INPUT', `The mask cannot be used: ${kept.sentence}`, 'mask');
  }
  const { facts, picture } = kept;
  if (facts.extension !== 'png' || !facts.hasAlpha) {
    throw new Refusal(
      'BAD_INPUT',
      'The mask must be a PNG whose transparent pixels say what may change: paint one here.',
      'mask',
    );
  }
  const { width, height } = subject.shown;
  if (picture.width !== width || picture.height !== height) {
    throw new Refusal(
      'BAD_INPUT',
      `The mask is ${picture.width}×${picture.height} and "${nodeName(subject.node)}" is ${width}×${height}: ` +
        'paint it on this picture, or clear it.',
      'mask',
    );
  }
  return picture;
}

/**
 * Where the mask lies that fits what is sent of the subject: itself, or a copy made as small as the subject's.
 * Throws a Refusal where none can be made.
 */
export async function maskToSend(
  { folder, lab }: Pick<StudioParts, 'folder' | 'lab'>,
  mask: StoredFile,
  subject: Pick<GatheredInput, 'sent' | 'node'>,
): Promise<string> {
  const own = join(folder, mask.file);
  const sent = await factsOfFile(subject.sent);
  const fits = (size: { width: number; height: number } | null): boolean =>
    size !== null && size.width === sent?.width && size.height === sent.height;
  if (fits(mask)) {
    return own;
  }
  await mkdir(join(folder, SENT), { recursive: true, mode: 0o700 });
  // By the same bound as the subject's copy, and so of its size.
  const target = join(folder, SENT, `mask-${mask.sha256}`);
  const made = await lab.prepare({ source: own, target, asPng: true });
  if (made.kind !== 'ok' || !fits(await factsOfFile(made.path))) {
    throw new Refusal(
      'BAD_INPUT',
      `"${nodeName(subject.node)}" is too large to be sent as it is, and its mask cannot be made to fit the smaller copy: make the picture smaller first.`,
      'mask',
    );
  }
  return made.path;
}
