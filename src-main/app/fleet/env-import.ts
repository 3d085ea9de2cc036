/** Endpoints and keys of a `.env`, taken into the library: the file itself stays as it is. */
import { readFile } from 'node:fs/promises';
import type { EndpointView } from '@shared/contract';
import type { Endpoint } from '@shared/model/endpoint';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { App } from '../../app';
import { parseEnvFile } from '../../fleet-env/dotenv';
import { Refusal } from '../../refusal';

export interface ImportedEnv {
  readonly endpoints: number;
  readonly keys: number;
  readonly duplicates: number;
  readonly notes: string[];
}

export async function importEnvFile(app: App, path: string): Promise<ImportedEnv> {
  const { fleets, problems, leftOut } = parseEnvFile(await readFile(path, 'utf8'));
  if (fleets.length === 0) {
    throw new Refusal(
      'BAD_INPUT',
      problems[0] ?? 'The file names no key of Gemini or OpenAI, such as GEMINI_API_KEY.',
    );
  }
  // A key of several endpoints is one key, not one of each.
  const found = new Set<string>();
  const added = new Set<string>();
  let endpoints = 0;
  const kept: string[] = [];
  for (const fleet of fleets) {
    const ids = new Map<string, string>();
    for (const endpoint of fleet.endpoints) {
      const known = app.fleet.views().find((one) => isSamePlace(one.endpoint, endpoint));
      const saved =
        known === undefined
          ? await app.fleet.save(newEndpoint(app, endpoint))
          : await completed(app, known, { endpoint, kept });
      endpoints += known === undefined ? 1 : 0;
      ids.set(endpoint.id, saved.endpoint.id);
    }
    for (const [endpointId, target] of ids) {
      const own = fleet.keys.filter((key) => key.endpointIds.includes(endpointId));
      const drafts = own.map(({ label, secret }) => ({ label, secret }));
      const result = await app.fleet.addKeys(target, drafts);
      drafts.forEach(({ secret }) => found.add(app.vault.fingerprint(secret)));
      result.added.forEach(({ id }) => added.add(id));
    }
  }
  return {
    endpoints,
    keys: added.size,
    duplicates: found.size - added.size,
    notes: [
      ...problems,
      ...fleets.flatMap((fleet) => [...fleet.notes, ...fleet.warnings]),
      ...kept,
      ...leftOut,
    ],
  };
}

/** What an endpoint that is there has not set, the file sets; what it has set stays, and is told of. */
async function completed(
  app: App,
  known: EndpointView,
  { endpoint, kept }: { readonly endpoint: Endpoint; readonly kept: string[] },
): Promise<EndpointView> {
  const own = known.endpoint;
  const rpm = endpoint.limits.requestsPerMinute;
  const takesRpm = rpm !== undefined && own.limits.requestsPerMinute === undefined;
  const takesWeight = endpoint.weight !== USUAL_WEIGHT && own.weight === USUAL_WEIGHT;
  if (rpm !== undefined && !takesRpm && own.limits.requestsPerMinute !== rpm) {
    kept.push(
      `${own.name} keeps its limit of ${own.limits.requestsPerMinute} requests per minute; the file says ${rpm}.`,
    );
  }
  if (endpoint.weight !== USUAL_WEIGHT && !takesWeight && own.weight !== endpoint.weight) {
    kept.push(`${own.name} keeps its weight of ${own.weight}; the file says ${endpoint.weight}.`);
  }
  if (!takesRpm && !takesWeight) {
    return known;
  }
  return app.fleet.save({
    ...own,
    ...(takesWeight ? { weight: endpoint.weight } : {}),
    ...(takesRpm ? { limits: { ...own.limits, requestsPerMinute: rpm } } : {}),
  });
}

/** Of an endpoint for which nobody said another. */
const USUAL_WEIGHT = 1;

/** Two protocols of one host are told apart by name. */
function newEndpoint(app: App, endpoint: Endpoint): Endpoint {
  const isTaken = app.fleet.views().some((one) => one.endpoint.name === endpoint.name);
  const name = isTaken ? `${endpoint.name} (${PROVIDER_LABELS[endpoint.provider]})` : endpoint.name;
  return { ...endpoint, name, id: globalThis.crypto.randomUUID() };
}

function isSamePlace(a: Endpoint, b: Endpoint): boolean {
  return a.provider === b.provider && a.baseUrl === b.baseUrl && a.apiVersion === b.apiVersion;
}
