/** Wraps painted pictures in the answers of each protocol, also in the odd shapes relays give them. */
import { draftOf, type Painted } from './paint';
import type { PictureRequest } from './request';
import type { AnswerShape } from './script';

export interface AnswerContext {
  readonly shape: AnswerShape;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly id: string;
  /** Keeps a picture for `GET /files/<name>` and answers its URL. */
  host(picture: Painted): string;
}

type Json = Readonly<Record<string, unknown>>;

/** Tokens of an input picture and of an answer at 1K, 2K and 4K (Gemini image models, 2026). */
const INPUT_IMAGE_TOKENS = 1120;
const OUTPUT_TOKENS = { '1K': 1120, '2K': 1680, '4K': 3780 };
/** Tokens of a 1024x1024 answer in medium quality (gpt-image-2.5: 0.0132 $ at 30 $ per million). */
const OPENAI_TOKENS_PER_MEGAPIXEL = 420;

export async function answer(
  request: PictureRequest,
  pictures: readonly Painted[],
  context: AnswerContext,
): Promise<Json> {
  switch (request.via) {
    case 'generateContent':
      return geminiAnswer(request, pictures, context);
    case 'images':
      return imagesAnswer(request, pictures, context);
    case 'chat':
      return chatAnswer(request, pictures, context);
  }
}

async function geminiAnswer(
  request: PictureRequest,
  pictures: readonly Painted[],
  context: AnswerContext,
): Promise<Json> {
  const parts = (await Promise.all(pictures.map((picture) => geminiParts(picture, context)))).flat();
  const rest = {
    usageMetadata: geminiUsage(request, pictures),
    modelVersion: request.model,
    responseId: context.id,
  };
  if (context.shape === 'topLevelParts') {
    return { parts, ...rest };
  }
  return { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }], ...rest };
}

async function geminiParts(picture: Painted, context: AnswerContext): Promise<readonly Json[]> {
  switch (context.shape) {
    case 'plain':
    case 'topLevelParts':
      return [{ ...inlineData(picture), thoughtSignature: signature(context.id) }];
    case 'thoughtFirst':
      return [
        { text: 'A first draft.', thought: true },
        { ...inlineData(await draftOf(picture)), thought: true },
        { ...inlineData(picture), thoughtSignature: signature(context.id) },
      ];
    case 'thoughtOnly':
      return [{ ...inlineData(picture), thought: true }];
    case 'fileUri':
      return [{ fileData: { fileUri: context.host(picture), mimeType: picture.mimeType } }];
    case 'textDataUrl':
      return [{ text: `Here it is:\n\n![image](${dataUrl(picture)})` }];
    case 'textUrl':
      return [{ text: `Here it is: ![image](${context.host(picture)})` }];
  }
}

function geminiUsage(request: PictureRequest, pictures: readonly Painted[]): Json {
  const text = wordTokens(request.prompt);
  const inputs = request.images.length * INPUT_IMAGE_TOKENS;
  const output = pictures.reduce((sum, picture) => sum + geminiTokens(picture), 0);
  return {
    promptTokenCount: text + inputs,
    candidatesTokenCount: output,
    totalTokenCount: text + inputs + output,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: text },
      ...(inputs === 0 ? [] : [{ modality: 'IMAGE', tokenCount: inputs }]),
    ],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: output }],
  };
}

function geminiTokens({ width, height }: Painted): number {
  const side = Math.sqrt(width * height);
  return OUTPUT_TOKENS[side < 1500 ? '1K' : side < 3000 ? '2K' : '4K'];
}

function imagesAnswer(request: PictureRequest, pictures: readonly Painted[], context: AnswerContext): Json {
  const [first] = pictures;
  return {
    created: context.createdAt,
    data: pictures.map((picture) => imagesDatum(picture, context)),
    background: 'opaque',
    output_format: first?.mimeType.replace('image/', '') ?? 'png',
    quality: 'medium',
    size: `${first?.width ?? request.width}x${first?.height ?? request.height}`,
    usage: openaiUsage(request, pictures),
  };
}

function imagesDatum(picture: Painted, { shape, host }: AnswerContext): Json {
  if (shape === 'textUrl' || shape === 'fileUri') {
    return { url: host(picture) };
  }
  return { b64_json: shape === 'textDataUrl' ? dataUrl(picture) : picture.bytes.toString('base64') };
}

function openaiUsage(request: PictureRequest, pictures: readonly Painted[]): Json {
  const text = wordTokens(request.prompt);
  const image = request.images.length * INPUT_IMAGE_TOKENS;
  const output = pictures.reduce(
    (sum, { width, height }) => sum + Math.round((width * height * OPENAI_TOKENS_PER_MEGAPIXEL) / 1_000_000),
    0,
  );
  return {
    input_tokens: text + image,
    output_tokens: output,
    total_tokens: text + image + output,
    input_tokens_details: { text_tokens: text, image_tokens: image },
    output_tokens_details: { text_tokens: 0, image_tokens: output },
  };
}

function chatAnswer(request: PictureRequest, pictures: readonly Painted[], context: AnswerContext): Json {
  const usage = geminiUsage(request, pictures);
  return {
    id: `chatcmpl-${context.id}`,
    object: 'chat.completion',
    created: context.createdAt,
    model: request.model,
    choices: [{ index: 0, message: chatMessage(pictures, context), finish_reason: 'stop' }],
    usage: {
      prompt_tokens: usage['promptTokenCount'],
      completion_tokens: usage['candidatesTokenCount'],
      total_tokens: usage['totalTokenCount'],
    },
  };
}

function chatMessage(pictures: readonly Painted[], { shape, host }: AnswerContext): Json {
  if (shape === 'textDataUrl') {
    return {
      role: 'assistant',
      content: pictures.map((picture) => `![image](${dataUrl(picture)})`).join('\n'),
    };
  }
  if (shape === 'textUrl' || shape === 'fileUri') {
    return { role: 'assistant', content: pictures.map(host).join('\n') };
  }
  const images = pictures.map((picture, index) => ({
    type: 'image_url',
    index,
    image_url: { url: dataUrl(picture) },
  }));
  return { role: 'assistant', content: '', images };
}

function inlineData({ bytes, mimeType }: Painted): Json {
  return { inlineData: { mimeType, data: bytes.toString('base64') } };
}

function dataUrl({ bytes, mimeType }: Painted): string {
  return `data:${mimeType};base64,${bytes.toString('base64')}`;
}

function signature(id: string): string {
  return Buffer.from(`demo ${id}`).toString('base64');
}

/** About four letters make a token. */
function wordTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}
