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
  const parts = contents.flatMap((content) => content.parts);
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
      params: { ...generationConfig },
    },
  };
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
