/** Which path asks for what; both protocols below any path prefix, as proxies have it. Pure. */
import type { Provider } from '@shared/model/provider';

export type Route =
  | { readonly kind: 'picture'; readonly protocol: Provider; readonly operation: Operation }
  | { readonly kind: 'models'; readonly shape: 'google_genai' | 'both'; readonly model: string | null }
  | { readonly kind: 'file'; readonly name: string }
  /** Of Gemini's Files API. */
  | { readonly kind: 'upload'; readonly id: string | null }
  | { readonly kind: 'uploaded'; readonly id: string; readonly method: 'GET' | 'DELETE' }
  | { readonly kind: 'none' };

export type Operation =
  | { readonly kind: 'generateContent'; readonly model: string; readonly isStreamed: boolean }
  | { readonly kind: 'generations' }
  | { readonly kind: 'edits' }
  | { readonly kind: 'chat' }
  | { readonly kind: 'responses' };

const GENERATE_CONTENT = /\/models\/([^/]+):(generateContent|streamGenerateContent)$/;
const UPLOAD = /\/upload\/v1(?:beta)?\/files(?:\/([\w-]+))?$/;
const UPLOADED = /\/v1(?:beta)?\/files\/([\w-]+)$/;
const OPENAI_PATHS: readonly { readonly ending: string; readonly operation: Operation }[] = [
  { ending: '/images/generations', operation: { kind: 'generations' } },
  { ending: '/images/edits', operation: { kind: 'edits' } },
  { ending: '/chat/completions', operation: { kind: 'chat' } },
  { ending: '/responses', operation: { kind: 'responses' } },
];
const MODELS = /\/(v1beta|v1alpha)?\/?models(?:\/([^/:]+))?$/;

export function findRoute(method: string, path: string): Route {
  if (method === 'POST') {
    const upload = UPLOAD.exec(path);
    if (upload !== null) {
      return { kind: 'upload', id: upload[1] ?? null };
    }
    const asked = GENERATE_CONTENT.exec(path);
    if (asked !== null) {
      const [, model = '', how] = asked;
      const isStreamed = how === 'streamGenerateContent';
      return picture('google_genai', { kind: 'generateContent', model: decoded(model), isStreamed });
    }
    const known = OPENAI_PATHS.find(({ ending }) => path.endsWith(ending));
    return known === undefined ? { kind: 'none' } : picture('openai', known.operation);
  }
  const uploaded = UPLOADED.exec(path)?.[1];
  if (uploaded !== undefined && (method === 'GET' || method === 'DELETE')) {
    return { kind: 'uploaded', id: uploaded, method };
  }
  if (method !== 'GET') {
    return { kind: 'none' };
  }
  if (path.startsWith('/files/')) {
    return { kind: 'file', name: decoded(path.slice('/files/'.length)) };
  }
  const models = MODELS.exec(path);
  if (models === null) {
    return { kind: 'none' };
  }
  // `/v1/models` is a path of both protocols; the two shapes have no field in common.
  const shape = models[1] === undefined ? 'both' : 'google_genai';
  return { kind: 'models', shape, model: models[2] === undefined ? null : decoded(models[2]) };
}

/** The list of models, or the one that was asked for. */
export function modelList(
  ids: readonly string[],
  { shape, model }: Extract<Route, { kind: 'models' }>,
): Readonly<Record<string, unknown>> {
  const google = (id: string) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ['generateContent'],
  });
  const openai = (id: string) => ({
    id,
    object: 'model',
    created: 1_788_825_600,
    owned_by: 'demo',
    shutdown_date: null,
  });
  if (model !== null) {
    return shape === 'both' ? { ...google(model), ...openai(model) } : google(model);
  }
  const models = ids.map(google);
  return shape === 'both' ? { object: 'list', data: ids.map(openai), models } : { models };
}

function picture(protocol: Provider, operation: Operation): Route {
  return { kind: 'picture', protocol, operation };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
