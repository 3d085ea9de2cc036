/** An image request as `models.generateContent` takes it. */
import type { Content, GenerateContentConfig, GenerateContentParameters, Part } from '@google/genai';
import type { ImageRequest, InputImage } from '../adapter';
import { inputMark } from '../input-marks';
import { turnParts } from './turn';

/** What the marks in the request stand for, in their order: of each earlier turn its images and its answer, then the images. */
export function googleInputs(request: ImageRequest): readonly InputImage[] {
  return [...(request.history ?? []).flatMap(({ images, answer }) => [...images, answer]), ...request.images];
}

/**
 * The instruction first, then the images in order, each with its MIME type and a mark for its original bytes. One attempt is one HTTP
 * request: genai 3.x would otherwise send follow-ups for a `CONTINUATION` finish.
 */
export function googleRequest(request: ImageRequest): GenerateContentParameters {
  let mark = 0;
  const pictures = (images: readonly InputImage[]): Part[] =>
    images.map(({ mimeType }) => ({ inlineData: { mimeType, data: inputMark(mark++) } }));
  const contents = (request.history ?? []).flatMap(({ prompt, images, answer, turn }): Content[] => {
    const asked = { role: 'user', parts: [{ text: prompt }, ...pictures(images)] };
    return [asked, { role: 'model', parts: turnParts(turn, answer.mimeType, inputMark(mark++)) }];
  });
  return {
    model: request.model,
    contents: [...contents, { role: 'user', parts: [{ text: request.prompt }, ...pictures(request.images)] }],
    config: { responseModalities: ['IMAGE'], automaticContinuation: false, ...imageConfig(request) },
  };
}

function imageConfig(request: ImageRequest): Pick<GenerateContentConfig, 'imageConfig'> {
  const { aspectRatio, imageSize } = request;
  if (aspectRatio === null && imageSize === null) {
    return {};
  }
  return {
    imageConfig: {
      ...(aspectRatio === null ? {} : { aspectRatio }),
      ...(imageSize === null ? {} : { imageSize }),
    },
  };
}
