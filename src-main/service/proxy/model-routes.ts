/** `GET /v1/models` and `/v1beta/models`: what can be asked for now, in the shape of each protocol. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isDemoModel } from '@shared/demo';
import type { ProxyContext } from './proxy-context';
import { listedModels, noModel, type Served, servedModel, tasksOf } from './served-models';

/** The lists name no date; clients want one. */
const CREATED = 1_788_825_600;

export function modelRoutes(server: FastifyInstance, { ground }: ProxyContext): void {
  // Both protocols' clients ask for it; their two shapes have no field in common.
  server.get('/v1/models', () => {
    const served = listedModels(ground());
    return { object: 'list', data: served.map(openaiModel), models: served.map(googleModel) };
  });
  server.get('/v1beta/models', () => ({ models: listedModels(ground()).map(googleModel) }));
  server.get('/v1/models/*', (request) => {
    const served = named(request, ground());
    return { ...googleModel(served), ...openaiModel(served) };
  });
  server.get('/v1beta/models/*', (request) => googleModel(named(request, ground())));
}

function named(request: FastifyRequest, ground: ReturnType<ProxyContext['ground']>): Served {
  const id = (request.params as { readonly '*': string })['*'];
  const listed = listedModels(ground).find(({ choice }) => choice.model === id);
  if (listed !== undefined) {
    return listed;
  }
  const served = servedModel(id, 'openai', ground);
  // Asked for by name an unknown model is sent as it is; but it is not said to exist.
  if (served.model === undefined) {
    throw noModel(id);
  }
  return served;
}

function openaiModel({ choice, model }: Served): Readonly<Record<string, unknown>> {
  const owner = { google_genai: 'google', openai: 'openai' }[choice.provider];
  return {
    id: choice.model,
    object: 'model',
    created: CREATED,
    owned_by: isDemoModel(choice) ? 'brushfleet' : owner,
    shutdown_date: model?.endsOn ?? null,
  };
}

function googleModel(served: Served): Readonly<Record<string, unknown>> {
  const { choice, model } = served;
  return {
    name: `models/${choice.model}`,
    displayName: model?.label ?? choice.model,
    description: tasksOf(served)
      .map((task) => ({ text: 'Answers in text.', picture: 'Draws and edits pictures.' })[task])
      .join(' '),
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
  };
}
