/** Endpoints and keys of a `.env`, taken into the library: the file itself stays as it is. */
import { readFile } from 'node:fs/promises';
import type { Endpoint } from '@shared/model/endpoint';
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
  const { fleets, problems } = parseEnvFile(await readFile(path, 'utf8'));
  if (fleets.length === 0) {
    throw new Refusal(
      'BAD_INPUT',
      problems[0] ?? 'The file names no key of Gemini or OpenAI, such as GEMINI_API_KEY.',
    );
  }
  const total = { endpoints: 0, keys: 0, duplicates: 0 };
  for (const fleet of fleets) {
    const ids = new Map<string, string>();
    for (const endpoint of fleet.endpoints) {
      const known = app.fleet.views().find((one) => isSamePlace(one.endpoint, endpoint));
      const saved = known ?? (await app.fleet.save({ ...endpoint, id: globalThis.crypto.randomUUID() }));
      total.endpoints += known === undefined ? 1 : 0;
      ids.set(endpoint.id, saved.endpoint.id);
    }
    for (const [endpointId, target] of ids) {
      const own = fleet.keys.filter((key) => key.endpointIds.includes(endpointId));
      const drafts = own.map(({ label, secret }) => ({ label, secret }));
      const result = await app.fleet.addKeys(target, drafts);
      total.keys += result.added.length;
      total.duplicates += result.duplicates;
    }
  }
  return {
    ...total,
    notes: [...problems, ...fleets.flatMap((fleet) => [...fleet.notes, ...fleet.warnings])],
  };
}

function isSamePlace(a: Endpoint, b: Endpoint): boolean {
  return a.provider === b.provider && a.baseUrl === b.baseUrl && a.apiVersion === b.apiVersion;
}
