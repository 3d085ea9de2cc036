/** What was written in the studio: instructions used, and presets. */
import { type Preset, presetSchema } from '@shared/model/studio';
import type { Db } from '../database/driver';
import { type Note, readJson } from '../database/json-column';
import { StoreError } from '../store-error';

/** Older ones are forgotten. */
const KEPT_INSTRUCTIONS = 10_000;

const valueSchema = presetSchema.omit({ id: true });

export function createWordTable(db: Db, { wallNow, note }: { wallNow: () => number; note: Note }) {
  const useInstruction = db.prepare(
    `INSERT INTO studio_instructions (instruction, folded, used_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET used_at = excluded.used_at`,
  );
  const newest = db.prepare<{ last: number | null }>('SELECT max(used_at) AS last FROM studio_instructions');
  const forget = db.prepare(
    `DELETE FROM studio_instructions WHERE used_at <
     (SELECT used_at FROM studio_instructions ORDER BY used_at DESC LIMIT 1 OFFSET ${KEPT_INSTRUCTIONS})`,
  );
  const presets = db.prepare<{ id: number; value: string }>(
    'SELECT id, value FROM studio_presets ORDER BY id',
  );
  const insert = db.prepare('INSERT INTO studio_presets (value) VALUES (?)');
  const upsert = db.prepare(
    'INSERT INTO studio_presets (id, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM studio_presets WHERE id = ?');

  return {
    noteInstruction(instruction: string): void {
      // Two in one millisecond still have an order.
      const usedAt = Math.max(wallNow(), (newest.get()?.last ?? 0) + 1);
      useInstruction.run(instruction, instruction.toLowerCase(), usedAt);
      forget.run();
    },
    instructions(
      words: readonly string[],
      limit: number,
    ): readonly { readonly instruction: string; readonly usedAt: number }[] {
      const where = words.map(() => 'AND instr(folded, ?) > 0').join(' ');
      return db
        .prepare<{ instruction: string; used_at: number }>(
          `SELECT instruction, used_at FROM studio_instructions WHERE true ${where} ORDER BY used_at DESC LIMIT ?`,
        )
        .all(...words.map((word) => word.toLowerCase()), limit)
        .map(({ instruction, used_at: usedAt }) => ({ instruction, usedAt }));
    },
    presets: (): readonly Preset[] =>
      presets.all().flatMap(({ id, value }) => {
        const read = readJson(value, valueSchema, { what: `Preset ${id}`, note });
        return read === null ? [] : [{ ...read, id }];
      }),
    savePreset({ id, ...value }: Omit<Preset, 'id'> & { readonly id?: number | undefined }): Preset {
      const text = JSON.stringify(value);
      if (id === undefined) {
        return { ...value, id: insert.run(text).lastId };
      }
      upsert.run(id, text);
      return { ...value, id };
    },
    removePreset(presetId: number): void {
      if (remove.run(presetId).changes === 0) {
        throw new StoreError('NOT_FOUND', 'That preset is no longer in the library.');
      }
    },
  };
}
