/** Endpoints, keys, the user's models and settings: small, read whole, kept as JSON. Never a secret. */
import { z } from 'zod';
import { type CatalogueModel, catalogueModelSchema } from '@shared/model/catalogue';
import {
  type Endpoint,
  endpointSchema,
  keyInfoSchema,
  type QuotaGroup,
  quotaGroupSchema,
} from '@shared/model/endpoint';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '@shared/model/settings';
import type { Db } from './database/driver';
import { type Note, readJson } from './database/json-column';
import type { StoredKey } from './store';

const storedKeySchema = keyInfoSchema
  .omit({ readable: true, state: true, gauges: true, learnedPerMinute: true })
  .extend({ fingerprint: z.string() });
const anyListSchema = z.array(z.unknown());
const anyObjectSchema = z.record(z.string(), z.unknown());

/** A record that cannot be read stays where it is, is left out, and is noted: another version may understand it. */
export function createFleetTable(db: Db, note: Note) {
  const endpoints = listOf<Endpoint>(db, {
    table: 'endpoints',
    word: 'Endpoint',
    schema: endpointSchema,
    note,
  });
  const keys = listOf<StoredKey>(db, { table: 'keys', word: 'Key', schema: storedKeySchema, note });
  const groups = listOf<QuotaGroup>(db, {
    table: 'quota_groups',
    word: 'Quota group',
    schema: quotaGroupSchema,
    note,
  });
  const leaveGroup = db.prepare(
    `UPDATE keys SET value = json_remove(value, '$.groupId')
     WHERE CASE WHEN json_valid(value) THEN value ->> 'groupId' END = ?`,
  );
  const dropState = db.prepare('DELETE FROM key_states WHERE id = ?');
  const setting = db.prepare<{ value: string }>('SELECT value FROM settings WHERE name = ?');
  const saveSetting = db.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );

  function stored<T>(name: string, schema: z.ZodType<T>): T | null {
    const record = setting.get(name);
    return record === undefined ? null : readJson(record.value, schema, { what: `"${name}"`, note });
  }

  return {
    endpoints: endpoints.all,
    saveEndpoint: endpoints.save,
    removeEndpoint: endpoints.remove,
    keys: keys.all,
    saveKey: keys.save,
    removeKey(keyId: string): void {
      keys.remove(keyId);
      dropState.run(keyId);
    },
    moveEndpoint: endpoints.move,
    quotaGroups: groups.all,
    saveQuotaGroup: groups.save,
    removeQuotaGroup(groupId: string): void {
      groups.remove(groupId);
      leaveGroup.run(groupId);
    },
    ownModels: (): readonly CatalogueModel[] =>
      (stored('own_models', anyListSchema) ?? []).flatMap((value) => {
        const what = 'A model of your own';
        return readJson(JSON.stringify(value), catalogueModelSchema, { what, note }) ?? [];
      }),
    saveOwnModels: (models: readonly CatalogueModel[]): void =>
      void saveSetting.run('own_models', JSON.stringify(models)),
    settings(): Settings {
      const found = stored('settings', anyObjectSchema) ?? {};
      const whole = settingsSchema.safeParse({ ...DEFAULT_SETTINGS, ...found });
      return whole.success ? whole.data : mended(found, note);
    },
    saveSettings: (settings: Settings): void => void saveSetting.run('settings', JSON.stringify(settings)),
  };
}

/** Each setting that fits is kept; the others are their defaults. */
function mended(found: Readonly<Record<string, unknown>>, note: Note): Settings {
  let settings = DEFAULT_SETTINGS;
  for (const [name, value] of Object.entries(found)) {
    const parsed = settingsSchema.safeParse({ ...settings, [name]: value });
    if (parsed.success) {
      settings = parsed.data;
    } else {
      note(`The setting "${name}" in the library cannot be read: its default is used.`);
    }
  }
  return settings;
}

interface ListOptions<T> {
  readonly table: 'endpoints' | 'keys' | 'quota_groups';
  readonly word: string;
  readonly schema: z.ZodType<T>;
  readonly note: Note;
}

function listOf<T extends { readonly id: string }>(db: Db, { table, word, schema, note }: ListOptions<T>) {
  const all = db.prepare<{ id: string; value: string }>(`SELECT id, value FROM ${table} ORDER BY place`);
  const save = db.prepare(
    `INSERT INTO ${table} (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
  );
  const remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const ids = db.prepare<{ id: string }>(`SELECT id FROM ${table} ORDER BY place`);
  const place = db.prepare(`UPDATE ${table} SET place = ? WHERE id = ?`);
  return {
    all: (): readonly T[] =>
      all.all().flatMap(({ id, value }) => readJson(value, schema, { what: `${word} ${id}`, note }) ?? []),
    save: (value: T): void => void save.run(value.id, JSON.stringify(value)),
    remove: (id: string): void => void remove.run(id),
    /** Puts one at a place, counted from 0; the others close up. */
    move(id: string, to: number): void {
      const before = ids.all().map((record) => record.id);
      if (!before.includes(id)) {
        return;
      }
      const order = before.filter((other) => other !== id).toSpliced(Math.max(0, to), 0, id);
      // Below zero first: two of them must not stand at one place on the way.
      order.forEach((other, at) => place.run(-1 - at, other));
      order.forEach((other, at) => place.run(at + 1, other));
    },
  };
}
