/** Bodies of `/v1/images/generations` and `/v1/images/edits` as an ask for a picture. */
import { resolveSize } from '@shared/aspect-ratio';
import type { PictureAsk } from '@shared/model/text';
import { parsePixels } from '@shared/ratio';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { badParam } from '../proxy-error';
import { type ModelGround, type Served, servedModel, tasksOf } from '../served-models';
import { readParams } from '../params';

const MOST_PICTURES = 10;

/** Of forms too, where every value is a text. */
const imageSchema = z.object({
  model: z.string().optional(),
  prompt: z.string().trim().min(1).max(100_000),
  n: z.coerce.number().int().min(1).max(MOST_PICTURES).optional(),
  size: z.string().max(40).optional(),
  quality: z.string().max(40).optional(),
  aspect_ratio: z.string().max(40).optional(),
  stream: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
});

const urlSchema = z.union([
  z.string(),
  z.object({ image_url: z.union([z.string(), z.object({ url: z.string() })]) }),
]);
const editSchema = imageSchema.extend({
  images: z.array(urlSchema).min(1).max(64).optional(),
  image: z.union([urlSchema, z.array(urlSchema).min(1).max(64)]).optional(),
  mask: urlSchema.optional(),
});

const KNOWN = {
  harmless: ['user', 'metadata', 'safety_identifier'],
  plain: {
    response_format: ['b64_json'],
    // What the models deliver of themselves.
    background: ['auto'],
    moderation: ['auto'],
    output_format: ['png'],
    output_compression: [100, '100'],
    partial_images: [0, '0'],
    input_fidelity: ['auto'],
  },
} as const;

export interface ImageAsked {
  readonly ask: PictureAsk;
  readonly count: number;
  readonly isStreamed: boolean;
}

export function readGeneration(body: unknown, ground: ModelGround): ImageAsked {
  const asked = readParams(imageSchema, body, KNOWN);
  return askedOf(asked, { task: 't2i', inputs: [] }, ground);
}

/** With a JSON body. */
export function readEdit(body: unknown, media: CallerMedia, ground: ModelGround): ImageAsked {
  const asked = readParams(editSchema, body, KNOWN);
  const given = asked.images ?? (Array.isArray(asked.image) ? asked.image : [asked.image ?? []].flat());
  const inputs = given.map((one, at) => media.fromUrl(urlOf(one), `images.${at}`).reference);
  const mask = asked.mask === undefined ? {} : { mask: media.fromUrl(urlOf(asked.mask), 'mask').reference };
  return askedOf(asked, { task: 'edit', inputs: needed(inputs), ...mask }, ground);
}

export interface EditForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly inputs: readonly string[];
  readonly mask: string | null;
}

export function readEditForm({ fields, inputs, mask }: EditForm, ground: ModelGround): ImageAsked {
  const asked = readParams(imageSchema, fields, KNOWN);
  return askedOf(asked, { task: 'edit', inputs: needed(inputs), ...(mask === null ? {} : { mask }) }, ground);
}

function needed(inputs: readonly string[]): readonly string[] {
  if (inputs.length === 0) {
    throw badParam('image', 'An edit needs a picture: send one as "image", or as images[].image_url.');
  }
  return inputs;
}

function urlOf(given: z.infer<typeof urlSchema>): string {
  const url = typeof given === 'string' ? given : given.image_url;
  return typeof url === 'string' ? url : url.url;
}

type Asked = z.infer<typeof imageSchema>;
type Sent = Pick<PictureAsk, 'task' | 'mask'> & { readonly inputs: readonly string[] };

function askedOf(asked: Asked, sent: Sent, ground: ModelGround): ImageAsked {
  const served = servedModel(asked.model ?? defaultModel(ground), 'openai', ground);
  if (!tasksOf(served).includes('picture')) {
    throw badParam('model', `${served.choice.model} draws no pictures: name a model that does.`);
  }
  const quality = qualityOf(asked.quality, served);
  const ask = {
    kind: 'picture' as const,
    model: served.choice,
    ...sent,
    inputs: [...sent.inputs],
    prompt: asked.prompt,
    ...sizeOf(asked, served),
    ...(quality === undefined ? {} : { quality }),
  };
  return { ask, count: asked.n ?? 1, isStreamed: asked.stream === true || asked.stream === 'true' };
}

function defaultModel({ models }: ModelGround): string {
  const openai = models.filter(
    ({ provider, tasks, state }) => provider === 'openai' && tasks.includes('t2i') && state !== 'ended',
  );
  return (openai.find(({ isDefault }) => isDefault === true) ?? openai[0])?.id ?? '';
}

/** Google's models have none: one that is asked for by name is not passed over. */
function qualityOf(quality: string | undefined, { choice }: Served): string | undefined {
  const asked = quality === 'auto' || quality === 'standard' ? undefined : quality;
  if (asked !== undefined && choice.provider === 'google_genai') {
    throw badParam('quality', `The quality of ${choice.model} cannot be chosen: leave it out.`);
  }
  return asked;
}

/** `1024x1536` is a ratio and a size to Google's models. */
function sizeOf(
  { size, aspect_ratio: aspectRatio }: Asked,
  { choice, model }: Served,
): Pick<PictureAsk, 'aspectRatio' | 'imageSize'> {
  const said = size === undefined || size === 'auto' || size === '' ? undefined : size;
  const pixels = said === undefined ? undefined : parsePixels(said);
  const isGoogle = choice.provider === 'google_genai';
  const answer = resolveSize({
    provider: choice.provider,
    model,
    aspectRatio,
    ...(isGoogle && pixels !== undefined ? pixels : { imageSize: said }),
  });
  if (answer.kind === 'refused') {
    throw badParam(said === undefined ? 'aspect_ratio' : 'size', answer.sentence);
  }
  const { kind: _, ...resolved } = answer;
  return resolved;
}
