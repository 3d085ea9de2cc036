/** An image request as `models.generateContent` takes it. */
import type { GenerateContentConfig, GenerateContentParameters, Part } from '@google/genai';
import type { ImageRequest } from '../adapter';
import { inputMark } from '../input-marks';

/**
 * The instruction first, then the images in order, each with its MIME type and a mark for its original bytes. One attempt is one HTTP
 * request: genai 3.x would otherwise send follow-ups for a `CONTINUATION` finish.
 */
export function googleRequest(request: ImageRequest): GenerateContentParameters {
  const images: Part[] = request.images.map((image, index) => ({
    inlineData: { mimeType: image.mimeType, data: inputMark(index) },
  }));
  return {
    model: request.model,
    contents: [{ role: 'user', parts: [{ text: request.prompt }, ...images] }],
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
