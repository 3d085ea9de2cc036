/** OpenAI's images API, images by chat completion, and text by chat completion or response, through the openai SDK. */
import { openaiBase } from '@shared/request-url';
import type OpenAI from 'openai';
import type { CallContext, ImageRequest, InputImage, ProviderAdapter, TextRequest } from '../adapter';
import { type ClientCache, createClientCache } from '../client-cache';
import { answered, badInput, factsOf, type ProviderCall, testEndpoint } from '../endpoint-call';
import type { Exchange } from '../exchange';
import { asObject, asText, objectsOf } from '../loose-json';
import { outcomeOf } from '../reading';
import { tellingOf, textAnswer } from '../text-reading';
import { KEY_PLACEHOLDER, type Wire } from '../wire';
import { readOpenaiAnswer } from './answer';
import { failureByLength, openaiRules } from './failure';
import { chatBody, editBody, editForm, generateBody, inputsOf, streamed, streamedForm } from './request';
import { openaiText } from './text-answer';
import { outlineRefusal, textRefusal } from './text-refusal';
import { apiFor, chatTextBody, isChatByLength, responsesBody, textInputs } from './text-request';

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
      const call = openaiCall({ wire, clients, context, inputs: inputsOf(request) }, (client) =>
        ask(client, request, context),
      );
      const end = await answered(call, context.endpoint.timeoutMs);
      if (end.kind === 'failed') {
        return end;
      }
      const outcome = await outcomeOf(readOpenaiAnswer(end.exchange.json()), end.exchange, end.asked);
      return { ...outcome, ...factsOf(end.exchange) };
    },
    refuses: (outline, endpoint) => outlineRefusal(outline, apiFor(outline, endpoint), endpoint),
    async text(request, context) {
      const api = apiFor(request, context.endpoint);
      const refusal = textRefusal(request, api, context.endpoint);
      if (refusal !== null) {
        return badInput(refusal);
      }
      const telling = tellingOf(request, openaiText);
      const call = openaiCall({ wire, clients, context, inputs: textInputs(request) }, (client) =>
        askText(client, request, { api, context }),
      );
      const end = await answered({ ...call, isText: true, ...telling }, context.endpoint.timeoutMs);
      if (end.kind === 'failed' && isChatByLength(request, context.endpoint)) {
        return { ...end, failure: failureByLength(end.failure) };
      }
      return textAnswer(end, request, { protocol: openaiText, telling });
    },
    test: (context) =>
      testEndpoint(
        openaiCall({ wire, clients, context, inputs: [] }, async (client) => {
          await client.models.list();
        }),
        modelsIn,
      ),
    warm: async () => {
      await loadSdk();
    },
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
  return !isChat && request.images.length > 0
    ? 'Text to image takes no input image; choose edit instead.'
    : null;
}

/** The SDK operation for this request; the SDK returns the body as it parsed it. */
async function ask(client: OpenAI, request: ImageRequest, context: CallContext): Promise<unknown> {
  const { options } = context.endpoint;
  if (options.imagesVia === 'chat') {
    return client.post('/chat/completions', { body: chatBody(request) });
  }
  if (request.partialImages !== undefined) {
    // The SDK would hand out the events one by one; the wire keeps them all, and the last one is the answer.
    return request.task === 't2i'
      ? client.post('/images/generations', { body: streamed(generateBody(request, options), request) })
      : client.post('/images/edits', { body: streamedForm(await editForm(request, options), request) });
  }
  if (request.task === 't2i') {
    return client.images.generate(generateBody(request, options));
  }
  return options.editField === 'image' && request.images.length > 1
    ? client.post('/images/edits', { body: await editForm(request, options) })
    : client.images.edit(await editBody(request, options));
}

/** Of a stream the SDK would hand out the events one by one; the wire hears and keeps them all. */
async function askText(
  client: OpenAI,
  request: TextRequest,
  { api, context }: { readonly api: 'chat' | 'responses'; readonly context: CallContext },
): Promise<void> {
  await (api === 'chat'
    ? client.chat.completions.create(chatTextBody(request, context.endpoint))
    : client.responses.create(responsesBody(request)));
}

interface Means {
  readonly wire: Wire;
  readonly clients: ClientCache<OpenAI>;
  readonly context: CallContext;
  readonly inputs: readonly InputImage[];
}

function openaiCall(means: Means, use: (client: OpenAI) => Promise<unknown>): ProviderCall {
  const { wire, clients, context, inputs } = means;
  return {
    wire,
    context,
    baseUrl: openaiBase(context.endpoint),
    keyHeader: (key) => ['authorization', `Bearer ${key}`],
    rules: openaiRules,
    inputs,
    async prepare(baseUrl) {
      const client = await clients.get(baseUrl, () => build(wire, baseUrl));
      return () => use(client);
    },
  };
}

/** Loaded when it is first needed: starting must not cost it. */
function loadSdk(): Promise<typeof import('openai')> {
  return import('openai');
}

/** Everything the SDK would otherwise take from the environment (keys, account, base URL, log level) is given here. */
async function build(wire: Wire, baseURL: string): Promise<OpenAI> {
  const { OpenAI: Client } = await loadSdk();
  return new Client({
    apiKey: KEY_PLACEHOLDER,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL,
    fetch: wire.fetch,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
}

/** Null: no list. A list under `models` is Gemini's. */
function modelsIn(exchange: Exchange): readonly string[] | null {
  const body = exchange.json();
  const object = asObject(body);
  if (object === undefined && !Array.isArray(body)) {
    return null;
  }
  const entries = [...objectsOf(body), ...objectsOf(object?.data), ...objectsOf(object?.models)];
  return entries.flatMap((entry) => asText(entry.id) ?? asText(entry.name) ?? []);
}
