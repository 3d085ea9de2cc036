/** Gemini's generateContent, for pictures and for text, through @google/genai. */
import type { GoogleGenAI } from '@google/genai';
import { type GoogleBase, googleBase } from '@shared/request-url';
import type { CallContext, ImageAnswer, ImageRequest, InputImage, ProviderAdapter } from '../adapter';
import { type ClientCache, createClientCache } from '../client-cache';
import { answered, badInput, factsOf, type ProviderCall, testEndpoint } from '../endpoint-call';
import type { Exchange } from '../exchange';
import { asObject, asText, objectsOf } from '../loose-json';
import { outcomeOf } from '../reading';
import { tellingOf, textAnswer } from '../text-reading';
import { KEY_PLACEHOLDER, type Wire } from '../wire';
import { readGoogleAnswer } from './answer';
import { googleRules } from './failure';
import { createFileCalls } from './files';
import { googleInputs, googleRequest } from './request';
import { googleText } from './text-answer';
import { googleTextRequest, textInputs } from './text-request';
import { turnOf } from './turn';

/** The most models.list gives on one page: a test is one request. */
const LIST_PAGE_SIZE = 1000;

export interface GoogleAdapter extends ProviderAdapter {
  /** Forgets its SDK clients. */
  close(): void;
}

export function createGoogleAdapter(wire: Wire): GoogleAdapter {
  const clients = createClientCache<GoogleGenAI>();

  return {
    async image(request, context) {
      const refusal = inputRefusal(request);
      if (refusal !== null) {
        return badInput(refusal);
      }
      const call = googleCall({ wire, clients, context, inputs: googleInputs(request) }, (client) =>
        client.models.generateContent(googleRequest(request)),
      );
      const end = await answered(call, context.endpoint.timeoutMs);
      if (end.kind === 'failed') {
        return end;
      }
      const json = end.exchange.json();
      const reading = readGoogleAnswer(json);
      // Before the picture is taken: what stands for it in the JSON is gone then.
      const turn =
        reading.kind === 'found' && reading.found.kind === 'base64' ? turnOf(json, reading.found.data) : null;
      const outcome = await outcomeOf(reading, end.exchange, end.asked);
      return { ...withTurn(outcome, turn), ...factsOf(end.exchange) };
    },
    async text(request, context) {
      const telling = tellingOf(request, googleText);
      const call = googleCall({ wire, clients, context, inputs: textInputs(request) }, (client) =>
        request.onDelta === undefined
          ? client.models.generateContent(googleTextRequest(request))
          : client.models.generateContentStream(googleTextRequest(request)),
      );
      const end = await answered({ ...call, isText: true, ...telling }, context.endpoint.timeoutMs);
      return textAnswer(end, request, { protocol: googleText, telling });
    },
    files: createFileCalls(wire),
    test: (context) =>
      testEndpoint(
        googleCall({ wire, clients, context, inputs: [] }, (client) =>
          client.models.list({ config: { pageSize: LIST_PAGE_SIZE } }),
        ),
        modelsIn,
      ),
    warm: async () => {
      await loadSdk();
    },
    close: () => clients.clear(),
  };
}

/** Loaded when it is first needed: starting must not cost it. */
function loadSdk(): Promise<typeof import('@google/genai')> {
  return import('@google/genai');
}

function inputRefusal(request: ImageRequest): string | null {
  if (request.mask !== null) {
    return 'Gemini models take no mask; describe the region in the instruction instead.';
  }
  const isAlone = request.images.length === 0 && (request.history ?? []).length === 0;
  return request.task === 'edit' && isAlone ? 'An edit needs an input image.' : null;
}

function withTurn(answer: ImageAnswer, turn: string | null): ImageAnswer {
  return turn !== null && (answer.kind === 'image' || answer.kind === 'spooled')
    ? { ...answer, turn }
    : answer;
}

interface Means {
  readonly wire: Wire;
  readonly clients: ClientCache<GoogleGenAI>;
  readonly context: CallContext;
  readonly inputs: readonly InputImage[];
}

function googleCall(means: Means, use: (client: GoogleGenAI) => Promise<unknown>): ProviderCall {
  const { wire, clients, context, inputs } = means;
  const base = googleBase(context.endpoint);
  return {
    wire,
    context,
    baseUrl: base?.baseUrl ?? null,
    keyHeader: (key) => ['x-goog-api-key', key],
    rules: googleRules,
    inputs,
    async prepare(baseUrl) {
      const apiVersion = base?.apiVersion ?? '';
      const client = await clients.get(`${baseUrl} ${apiVersion}`, () =>
        build(wire, { baseUrl, apiVersion }),
      );
      return async () => {
        await use(client);
      };
    },
  };
}

/**
 * Everything the SDK would otherwise take from the environment (key, cloud mode, base URL, version) is given here. No
 * `retryOptions`: then it sends each request once.
 */
async function build(wire: Wire, base: GoogleBase): Promise<GoogleGenAI> {
  const { GoogleGenAI: Client } = await loadSdk();
  return new Client({
    apiKey: KEY_PLACEHOLDER,
    enterprise: false,
    httpOptions: { baseUrl: base.baseUrl, apiVersion: base.apiVersion, fetch: wire.fetch },
  });
}

/** Relays answer this address with OpenAI's list as well. */
function modelsIn(exchange: Exchange): readonly string[] | null {
  const body = asObject(exchange.json());
  if (body === undefined) {
    return null;
  }
  const entries = [...objectsOf(body.models), ...objectsOf(body.data)];
  const names = entries.flatMap((entry) => asText(entry.name) ?? asText(entry.id) ?? []);
  return names.map((name) => name.replace(/^models\//, ''));
}
