/** An image request in each of the forms OpenAI-compatible endpoints take. */
import type { EndpointOptions } from '@shared/model/endpoint';
import type OpenAI from 'openai';
import type { ImageRequest, InputImage } from '../adapter';
import { inputMark } from '../input-marks';

/** What the marks in these bodies stand for: the images, then the mask. */
export function inputsOf(request: ImageRequest): readonly InputImage[] {
  return request.mask === null ? request.images : [...request.images, request.mask];
}

type Quality = NonNullable<OpenAI.ImageEditParams['quality']> &
  NonNullable<OpenAI.ImageGenerateParams['quality']>;

/** `n` is always 1: a job is one picture, and many models ignore a larger n. */
export function generateBody(
  request: ImageRequest,
  options: EndpointOptions,
): OpenAI.ImageGenerateParamsNonStreaming {
  return { ...common(request, options), stream: false };
}

/** One image goes out as `image`, several as `image[]`: how the SDK names an array. */
export async function editBody(
  request: ImageRequest,
  options: EndpointOptions,
): Promise<OpenAI.ImageEditParamsNonStreaming> {
  const files = await Promise.all(request.images.map(upload));
  const [first] = files;
  return {
    ...common(request, options),
    image: files.length === 1 && first !== undefined ? first : files,
    ...(request.mask === null ? {} : { mask: await upload(request.mask, request.images.length) }),
  };
}

/** The form as the SDK writes it, but for relays that know only the field `image`, repeated: the SDK cannot write that. */
export async function editForm(request: ImageRequest, options: EndpointOptions): Promise<FormData> {
  const form = new FormData();
  const field = options.editField === 'image' || request.images.length === 1 ? 'image' : 'image[]';
  for (const [index, image] of request.images.entries()) {
    form.append(field, await upload(image, index));
  }
  if (request.mask !== null) {
    form.append('mask', await upload(request.mask, request.images.length));
  }
  for (const [name, value] of Object.entries(common(request, options))) {
    form.append(name, String(value));
  }
  return form;
}

/** Asks for pictures on the way to the result, as server-sent events. */
export function streamed(body: object, { partialImages = 0 }: ImageRequest): object {
  return { ...body, stream: true, partial_images: partialImages };
}

export function streamedForm(form: FormData, { partialImages = 0 }: ImageRequest): FormData {
  form.append('stream', 'true');
  form.append('partial_images', String(partialImages));
  return form;
}

/**
 * Images by chat completion. `modalities` and `image_config` are OpenRouter's (and LiteLLM's) names; relays that do not
 * know them ignore them.
 */
export function chatBody(request: ImageRequest) {
  const images = request.images.map((image, index) => ({
    type: 'image_url' as const,
    image_url: { url: `data:${image.mimeType};base64,${inputMark(index)}` },
  }));
  const text = { type: 'text' as const, text: request.prompt };
  return {
    model: request.model,
    messages: [{ role: 'user' as const, content: images.length === 0 ? request.prompt : [text, ...images] }],
    modalities: ['image', 'text'],
    ...chatSize(request),
  };
}

function chatSize(request: ImageRequest) {
  const { aspectRatio, imageSize } = request;
  // A size in pixels is OpenAI's own word; `1K` and ratios belong to image_config.
  const isPixels = imageSize !== null && /^(?:\d+x\d+|auto)$/.test(imageSize);
  const config = {
    ...(aspectRatio === null ? {} : { aspect_ratio: aspectRatio }),
    ...(imageSize === null || isPixels ? {} : { image_size: imageSize }),
  };
  return {
    ...(isPixels ? { size: imageSize } : {}),
    ...(Object.keys(config).length === 0 ? {} : { image_config: config }),
  };
}

function common(request: ImageRequest, options: EndpointOptions) {
  return {
    model: request.model,
    prompt: request.prompt,
    n: 1,
    // As the user chose it: what a model does not know it refuses with its own words.
    ...(request.quality === undefined ? {} : { quality: request.quality as Quality }),
    ...(request.imageSize === null ? {} : { size: request.imageSize }),
    ...(sendsResponseFormat(request, options) ? { response_format: 'b64_json' as const } : {}),
  };
}

/**
 * GPT image models refuse `response_format` and always answer base64; DALL·E answers a URL without it. What the
 * catalogue says of other models counts; unknown ones are asked without it.
 */
function sendsResponseFormat(request: ImageRequest, options: EndpointOptions): boolean {
  switch (options.responseFormat ?? 'auto') {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'auto': {
      const name = request.model.split('/').at(-1) ?? request.model;
      if (/^(?:gpt-image|chatgpt-image)/.test(name)) {
        return false;
      }
      return request.responseFormat ?? name.startsWith('dall-e');
    }
  }
}

/** Without its type a file goes out as `application/octet-stream`, which the edits endpoint refuses. */
async function upload(image: InputImage, index: number): Promise<File> {
  const { toFile } = await import('openai/core/uploads');
  return toFile(Buffer.from(inputMark(index)), image.fileName, { type: image.mimeType });
}
