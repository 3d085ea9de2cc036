/** Endpoints, keys, the user's models and settings: small, read whole, kept as JSON. */
import { type CatalogueModel, catalogueModelSchema } from '@shared/model/catalogue';
import { type Endpoint, endpointSchema, keyStateSchema } from '@shared/model/endpoint';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '@shared/model/settings';
import { z } from 'zod';
import type { Database } from './driver';
import { text } from './records';
import type { StoredKey } from '../store/store';

const storedKeySchema = z.object({
  id: z.string(),
  label: z.string(),
  tail: z.string(),
  endpointIds: z.array(z.string()),
  paused: z.boolean(),
  state: keyStateSchema,
  fingerprint: z.string(),
});

export function createFleetTable(database: Database) {
  /** A record that this program cannot read is left where it is and not shown: it may be another version's. */
  function readAll<T>(table: 'endpoints' | 'keys', schema: z.ZodType<T>): T[] {
    return database
      .prepare(`SELECT value FROM ${table} ORDER BY rowid`)
      .all()
      .map((row) => schema.safeParse(JSON.parse(text(row['value']))))
      .filter((parsed) => parsed.success)
      .map((parsed) => parsed.data);
  }

  function save(table: 'endpoints' | 'keys', id: string, value: unknown): void {
    database
      .prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value`)
      .run(id, JSON.stringify(value));
  }

  function fact<T>(name: string, schema: z.ZodType<T>, otherwise: T): T {
    const row = database.prepare('SELECT value FROM facts WHERE name = ?').get(name);
    const parsed = schema.safeParse(row === undefined ? undefined : JSON.parse(text(row['value'])));
    return parsed.success ? parsed.data : otherwise;
  }

  function saveFact(name: string, value: unknown): void {
    database
      .prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
      .run(name, JSON.stringify(value));
  }

  return {
    endpoints: (): Endpoint[] => readAll('endpoints', endpointSchema),
    saveEndpoint: (endpoint: Endpoint): void => save('endpoints', endpoint.id, endpoint),
    removeEndpoint: (id: string): void => void database.prepare('DELETE FROM endpoints WHERE id = ?').run(id),
    keys: (): StoredKey[] => readAll('keys', storedKeySchema),
    saveKey: (key: StoredKey): void => save('keys', key.id, key),
    removeKey: (id: string): void => void database.prepare('DELETE FROM keys WHERE id = ?').run(id),
    ownModels: (): CatalogueModel[] => fact('models', z.array(catalogueModelSchema), []),
    saveOwnModels: (models: readonly CatalogueModel[]): void => saveFact('models', models),
    settings: (): Settings => fact('settings', settingsSchema, DEFAULT_SETTINGS),
    saveSettings: (settings: Settings): void => saveFact('settings', settings),
  };
}
