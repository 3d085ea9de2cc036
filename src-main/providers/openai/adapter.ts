/** OpenAI's images API, and images by chat completion, through the openai SDK. */
import { openaiBase } from '@shared/request-url';
import type OpenAI from 'openai';
import type { CallContext, ImageAnswer, ImageRequest, ProviderAdapter } from '../adapter';
import { type ClientCache, createClientCache } from '../client-cache';
import { answered, badInput, type ProviderCall, testEndpoint } from '../endpoint-call';
import type { Exchange } from '../exchange';
import { malformedFailure, oneLine } from '../http-failure';
import { imageAnswer } from '../image-data';
import { asObject, asText, objectsOf } from '../loose-json';
import { KEY_PLACEHOLDER, type Wire } from '../wire';
import { readOpenaiAnswer } from './answer';
import { openaiRules } from './failure';

/** The SDK's own timer must never fire before ours: it could not tell a timeout from a stop. */
const SDK_TIMEOUT_MS = 2 ** 31 - 1;

export interface OpenaiAdapter extends ProviderAdapter {
  /** Forgets its SDK clients. */
  close(): void;
}

export function createOpenaiAdapter(wire: Wire): OpenaiAdapter {
  const clients = createClientCache<OpenAI>();

  return {
    async image(request, context) {
      const refusal = inputRefusal(request, context);
      if (refusal !== null) {
        return badInput(refusal);
      }
      const call = openaiCall({ wire, clients, context }, (client) => ask(client, request, context));
      const end = await answered(call, context.endpoint.timeoutMs);
      return end.kind === 'failed' ? end : read(end.exchange, end.value, end.asked);
    },
    test: (context) =>
      testEndpoint(
        openaiCall({ wire, clients, context }, async (client) => client.models.list()),
        modelsIn,
      ),
    close: () => clients.clear(),
  };
}

function inputRefusal(request: ImageRequest, context: CallContext): string | null {
  const isChat = context.endpoint.options.imagesVia === 'chat';
  if (request.mask !== null && (isChat || request.task === 't2i')) {
    return isChat
      ? 'This endpoint makes images by chat completion, which takes no mask.'
      : 'A mask needs an image to edit.';
  }
  if (request.task === 'edit') {
    return request.images.length === 0 ? 'An edit needs an input image.' : null;
  }
  return !isChat && request.images.length > 0 ? 'Text to image takes no input image; choose edit instead.' : null;
}
