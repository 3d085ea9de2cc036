/** Tokens that may use the service: never the token itself, only what tells it again. */
import { type Caps, capsSchema } from '@shared/model/run';
import { z } from 'zod';
import type { Access } from './access';
import { readJson } from './database/json-column';
import type { Tables } from './sqlite-store';

export interface StoredToken {
  readonly id: string;
  readonly name: string;
  readonly tail: string;
  /** SHA-256 of the token, hex: it is random and long, so that a plain digest gives nothing away. */
  readonly digest: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number | undefined;
  readonly caps: Caps;
  readonly concurrency?: number | undefined;
  /** The session's run, which counts what it spent; absent: never used. */
  readonly runId?: number | undefined;
}

const storedTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  tail: z.string(),
  digest: z.string().length(64),
  createdAt: z.number(),
  lastUsedAt: z.number().optional(),
  caps: capsSchema,
  concurrency: z.number().int().positive().optional(),
  runId: z.number().int().optional(),
});

export interface TokenStore {
  /** One whose record cannot be read is left out: nobody gets in with it. */
  tokens(): Promise<readonly StoredToken[]>;
  saveToken(token: StoredToken): Promise<void>;
  removeToken(tokenId: string): Promise<void>;
}

/** Every method by name, for the store's thread. */
export const TOKEN_METHODS = { tokens: true, saveToken: true, removeToken: true } as const satisfies Record<
  keyof TokenStore,
  true
>;

export const TOKEN_SCHEMA = `
CREATE TABLE service_tokens (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

export function tokenCalls({ db, note }: Tables, { read, write }: Access): TokenStore {
  const all = db.prepare<{ id: string; value: string }>('SELECT id, value FROM service_tokens');
  const save = db.prepare(
    'INSERT INTO service_tokens (id, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM service_tokens WHERE id = ?');
  return {
    tokens: read(() =>
      all
        .all()
        .flatMap(
          ({ id, value }) => readJson(value, storedTokenSchema, { what: `Service token ${id}`, note }) ?? [],
        )
        .sort((a, b) => a.createdAt - b.createdAt),
    ),
    saveToken: write((token: StoredToken) => void save.run(token.id, JSON.stringify(token))),
    removeToken: write((tokenId: string) => void remove.run(tokenId)),
  };
}
