/** A text request as `models.generateContent` and `generateContentStream` take it. */
import type {
  Content,
  GenerateContentConfig,
  GenerateContentParameters,
  Part,
  SafetySetting,
} from '@google/genai';
import type { VideoMetadata } from '@shared/model/text';
import type { InputImage, TextPart, TextRequest } from '../adapter';
import { inputMark } from '../input-marks';
import { withSchemaWords } from '../schema-words';

/** What the marks in the request stand for, in their order. */
export function textInputs(request: TextRequest): readonly InputImage[] {
  return request.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'media' ? [part.input] : [])),
  );
}

/** Parts keep their order. One attempt is one HTTP request: a `CONTINUATION` finish gets no follow-up. */
export function googleTextRequest(request: TextRequest): GenerateContentParameters {
  let mark = 0;
  const part = (one: TextPart): Part => {
    switch (one.kind) {
      case 'text':
        return { text: one.text };
      case 'media':
        return {
          inlineData: { mimeType: one.input.mimeType, data: inputMark(mark++) },
          ...videoOf(one.video),
        };
      case 'held':
        return { fileData: { fileUri: one.uri, mimeType: one.mimeType }, ...videoOf(one.video) };
    }
  };
  const contents = request.messages.map(({ role, parts }): Content => ({ role, parts: parts.map(part) }));
  return {
    model: request.model,
    contents,
    config: {
      ...systemOf(request),
      ...generationOf(request),
      ...schemaOf(request),
      automaticContinuation: false,
    },
  };
}

function videoOf(video: VideoMetadata | undefined): Pick<Part, 'videoMetadata'> {
  if (video === undefined) {
    return {};
  }
  const { startOffset, endOffset, fps } = video;
  return {
    videoMetadata: {
      ...(startOffset === undefined ? {} : { startOffset }),
      ...(endOffset === undefined ? {} : { endOffset }),
      ...(fps === undefined ? {} : { fps }),
    },
  };
}

function systemOf(request: TextRequest): Pick<GenerateContentConfig, 'systemInstruction'> {
  const { schema, system } = request;
  const text = schema === null || isNative(request) ? system : withSchemaWords(system, schema);
  return text.trim() === '' ? {} : { systemInstruction: { parts: [{ text }] } };
}

function generationOf({ generation }: TextRequest): GenerateContentConfig {
  const { temperature, topP, topK, maxOutputTokens, candidateCount, seed, thinkingBudget } = generation;
  const { stop, presencePenalty, frequencyPenalty, safety } = generation;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(candidateCount === undefined ? {} : { candidateCount }),
    ...(seed === undefined ? {} : { seed }),
    ...(thinkingBudget === undefined ? {} : { thinkingConfig: { thinkingBudget } }),
    ...(stop === undefined ? {} : { stopSequences: [...stop] }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    // Categories and thresholds are the caller's own words: Google says which it has.
    ...(safety === undefined ? {} : { safetySettings: safety.map((one) => ({ ...one }) as SafetySetting) }),
  };
}

function schemaOf(request: TextRequest): GenerateContentConfig {
  if (request.schema === null) {
    return {};
  }
  return {
    responseMimeType: 'application/json',
    ...(isNative(request) ? { responseJsonSchema: request.schema } : {}),
  };
}

/** Where nobody knows better, the provider is trusted to keep to a schema. */
function isNative({ nativeSchema }: TextRequest): boolean {
  return nativeSchema !== false;
}
