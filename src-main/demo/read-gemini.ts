/** Reads `generateContent` bodies. Shapes: the Gemini API, and the snake_case spelling its REST parser accepts too. */
import { formatRatio, parseRatio } from '@shared/ratio';
import { z } from 'zod';
import type { Size } from './card';
import { bad, type Picture, type ReadRequest } from './request';

const blobSchema = z.object({
  mimeType: z.string().optional(),
  mime_type: z.string().optional(),
  data: z.string(),
});
const partSchema = z.object({
  text: z.string().optional(),
  inlineData: blobSchema.optional(),
  inline_data: blobSchema.optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  thought_signature: z.string().optional(),
});
const contentSchema = z.object({ role: z.string().optional(), parts: z.array(partSchema) });
const bodySchema = z.object({
  contents: z.union([z.array(contentSchema).min(1), contentSchema.transform((one) => [one])]),
  generationConfig: z
    .looseObject({
      responseModalities: z.array(z.string()).optional(),
      imageConfig: z
        .looseObject({ aspectRatio: z.string().optional(), imageSize: z.string().optional() })
        .optional(),
    })
    .optional(),
});

/** The side of the square that gives each size its name. */
const SIDES: Readonly<Record<string, number>> = { '512': 512, '1K': 1024, '2K': 2048, '4K': 4096 };
const RATIOS = new Set(
  ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9', '1:4', '4:1', '1:8', '8:1'].map(
    reduced,
  ),
);

/** @param model as the path names it */
export function readGemini(model: string, body: unknown): ReadRequest {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    return bad(
      `Invalid JSON payload received. ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as it should be.`,
    );
  }
  const { contents, generationConfig } = parsed.data;
  const unsigned = unsignedPlace(contents);
  if (unsigned !== null) {
    return bad(unsigned);
  }
  const parts = presentParts(contents);
  const { aspectRatio = '1:1', imageSize = '1K' } = generationConfig?.imageConfig ?? {};
  const size = geminiSize(aspectRatio, imageSize);
  if (size === undefined) {
    return bad(`Invalid value at 'generation_config.image_config': ${aspectRatio}, ${imageSize}.`);
  }
  return {
    kind: 'ok',
    request: {
      protocol: 'google_genai',
      via: 'generateContent',
      model,
      prompt: parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n'),
      images: parts.flatMap(pictureOf),
      mask: null,
      ...size,
      count: 1,
      outputFormat: null,
      wantsImage: generationConfig?.responseModalities?.includes('IMAGE') ?? true,
      params: { ...generationConfig, ...(contents.length > 1 ? { turns: contents.length } : {}) },
    },
  };
}

type Contents = readonly z.infer<typeof contentSchema>[];

/** What is asked now: the last turn, and before its own pictures the one that the model answered with last. */
function presentParts(contents: Contents): readonly z.infer<typeof partSchema>[] {
  const answered = contents.findLast(({ role }) => role === 'model');
  if (answered === undefined) {
    return contents.flatMap((content) => content.parts);
  }
  const pictures = answered.parts.filter((part) => part.thought !== true && pictureOf(part).length > 0);
  return [...pictures.slice(-1), ...(contents.at(-1)?.parts ?? [])];
}

/** The Gemini API takes a model's picture back only with its signature; places count from 1, as its sentence does. */
function unsignedPlace(contents: Contents): string | null {
  for (const [c, { role, parts }] of contents.entries()) {
    for (const [p, part] of parts.entries()) {
      const isSigned = part.thoughtSignature !== undefined || part.thought_signature !== undefined;
      if (role === 'model' && pictureOf(part).length > 0 && !isSigned) {
        return `Image part is missing a thought_signature in content position ${c + 1}, part position ${p + 1}.`;
      }
    }
  }
  return null;
}

/** Pixels of a ratio at a named size, in steps of 16; undefined for what the API refuses. */
export function geminiSize(aspectRatio: string, imageSize: string): Size | undefined {
  const side = SIDES[imageSize];
  const ratio = parseRatio(aspectRatio);
  if (side === undefined || ratio === undefined || !RATIOS.has(formatRatio(ratio))) {
    return undefined;
  }
  const shape = Math.sqrt(ratio.width / ratio.height);
  const onGrid = (length: number): number => Math.max(16, Math.round(length / 16) * 16);
  return { width: onGrid(side * shape), height: onGrid(side / shape) };
}

function reduced(text: string): string {
  const ratio = parseRatio(text);
  return ratio === undefined ? text : formatRatio(ratio);
}

function pictureOf(part: z.infer<typeof partSchema>): readonly Picture[] {
  const blob = part.inlineData ?? part.inline_data;
  if (blob === undefined) {
    return [];
  }
  const mimeType = blob.mimeType ?? blob.mime_type ?? '';
  return [{ bytes: Buffer.from(blob.data, 'base64'), mimeType, fileName: null, field: 'inlineData' }];
}
