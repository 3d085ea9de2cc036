/** Reads the Images API (JSON and multipart) and chat completions that ask for pictures. */
import { parsePixels } from '@shared/ratio';
import { z } from 'zod';
import type { Size } from './card';
import {
  bad,
  type OutputFormat,
  type Picture,
  type PictureRequest,
  pictureOfDataUrl,
  type ReadRequest,
} from './request';

const MAX_SIDE = 4096;
const DEFAULT_SIZE: Size = { width: 1024, height: 1024 };

const imageUrlSchema = z.object({ image_url: z.union([z.string(), z.object({ url: z.string() })]) });
const imagesSchema = z.looseObject({
  model: z.string().default('gpt-image-1.5'),
  prompt: z.string(),
  n: z.coerce.number().int().min(1).max(10).default(1),
  size: z.string().default('auto'),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  images: z.array(imageUrlSchema).default([]),
  mask: imageUrlSchema.optional(),
});
const chatSchema = z.looseObject({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([
          z.string(),
          z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
          z.null(),
        ]),
      }),
    )
    .min(1),
});

/** `/images/generations`, and `/images/edits` with a JSON body. */
export function readImagesJson(body: unknown, isEdit: boolean): ReadRequest {
  const pictures = imagesSchema.safeParse(body);
  if (!pictures.success) {
    return invalid(pictures.error);
  }
  const images = pictures.data.images.flatMap((one) => pictureOfDataUrl(urlOf(one), 'images') ?? []);
  const mask =
    pictures.data.mask === undefined ? null : (pictureOfDataUrl(urlOf(pictures.data.mask), 'mask') ?? null);
  return fromImagesApi(pictures.data, isEdit ? images : [], mask);
}

/** `/images/edits` as the SDK sends it: pictures in `image`, `image[]` (or `image[0]`), `mask`. */
export async function readImagesForm(form: FormData): Promise<ReadRequest> {
  const fields: Record<string, string> = {};
  const images: Picture[] = [];
  let mask: Picture | null = null;
  for (const [field, value] of form) {
    if (typeof value === 'string') {
      fields[field] = value;
    } else if (field === 'mask') {
      mask = await pictureOfFile(value, field);
    } else if (/^image(\[\d*\])?$/.test(field)) {
      images.push(await pictureOfFile(value, field));
    }
  }
  const parsed = imagesSchema.safeParse(fields);
  return parsed.success ? fromImagesApi(parsed.data, images, mask, true) : invalid(parsed.error);
}

/** `/chat/completions`: the text and pictures of the last message of the user. */
export function readChat(body: unknown): ReadRequest {
  const parsed = chatSchema.safeParse(body);
  if (!parsed.success) {
    return invalid(parsed.error);
  }
  const { messages, model, ...params } = parsed.data;
  const content = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const images = parts.flatMap((part) => {
    const url = imageUrlSchema.safeParse(part);
    return url.success ? (pictureOfDataUrl(urlOf(url.data), 'image_url') ?? []) : [];
  });
  return {
    kind: 'ok',
    request: {
      protocol: 'openai',
      via: 'chat',
      model,
      prompt: parts
        .flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : []))
        .join('\n'),
      images,
      mask: null,
      ...DEFAULT_SIZE,
      count: 1,
      outputFormat: null,
      wantsImage: true,
      params,
    },
  };
}

function fromImagesApi(
  asked: z.infer<typeof imagesSchema>,
  images: readonly Picture[],
  mask: Picture | null,
  isForm = false,
): ReadRequest {
  const size = asked.size === 'auto' ? DEFAULT_SIZE : parsePixels(asked.size);
  if (size === undefined || Math.max(size.width, size.height) > MAX_SIDE) {
    return bad(`Invalid size '${asked.size}'.`);
  }
  if (isForm && images.length === 0) {
    return bad("Missing required parameter: 'image'.");
  }
  const { model, prompt, n, output_format, images: _images, mask: _mask, ...params } = asked;
  const outputFormat: OutputFormat | null = output_format ?? null;
  const request: PictureRequest = {
    protocol: 'openai',
    via: 'images',
    model,
    prompt,
    images,
    mask,
    ...size,
    count: n,
    outputFormat,
    wantsImage: true,
    params,
  };
  return { kind: 'ok', request };
}

async function pictureOfFile(file: File, field: string): Promise<Picture> {
  return { bytes: Buffer.from(await file.arrayBuffer()), mimeType: file.type, fileName: file.name, field };
}

function urlOf({ image_url: url }: z.infer<typeof imageUrlSchema>): string {
  return typeof url === 'string' ? url : url.url;
}

function invalid(error: z.ZodError): ReadRequest {
  const [issue] = error.issues;
  return bad(`Invalid value for '${issue?.path.join('.') ?? 'body'}': ${issue?.message ?? 'not readable'}.`);
}
