/** Named instructions with settings: kept in the library, carried between libraries as JSON. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { type Preset, presetSchema } from '@shared/model/studio';
import { writeAtomically } from '../../datasets/atomic-file';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { StoreError } from '../../store/store-error';

const MOST_FILE_BYTES = 16 * 1024 * 1024;

const fileSchema = z.object({
  brushfleetPresets: z.literal(1),
  presets: z.array(presetSchema.omit({ id: true })).max(10_000),
});

type Parts = { readonly store: Pick<Store, 'presets' | 'savePreset' | 'removePreset'> };

export function createPresets({ store }: Parts) {
  return {
    list: async (): Promise<Preset[]> => [...(await store.presets())],
    save: async (preset: Omit<Preset, 'id'> & { readonly id?: number | undefined }): Promise<Preset> => {
      const all = await store.presets();
      if (preset.id !== undefined && !all.some(({ id }) => id === preset.id)) {
        throw new Refusal(
          'NOT_FOUND',
          `The preset "${preset.name}" is no longer in the library: save it as a new one.`,
        );
      }
      return store.savePreset(preset);
    },
    async remove(presetId: number): Promise<void> {
      try {
        await store.removePreset(presetId);
      } catch (error) {
        throw error instanceof StoreError && error.code === 'NOT_FOUND'
          ? new Refusal('NOT_FOUND', error.message)
          : error;
      }
    },
    restore: (preset: Preset): Promise<Preset> => store.savePreset(preset),
    async write(path: string): Promise<void> {
      const presets = (await store.presets()).map(({ id: _id, ...preset }) => preset);
      const text = `${JSON.stringify({ brushfleetPresets: 1, presets }, null, 2)}\n`;
      await writeAtomically(path, (handle) => handle.writeFile(text));
    },
    /** Those of the same name and text are not added twice. Throws a Refusal for a file that holds none. */
    async read(path: string): Promise<{ added: number; duplicates: number }> {
      const known = new Set((await store.presets()).map(markOf));
      let added = 0;
      let duplicates = 0;
      for (const preset of await presetsIn(path)) {
        if (known.has(markOf(preset))) {
          duplicates += 1;
          continue;
        }
        known.add(markOf(preset));
        await store.savePreset(preset);
        added += 1;
      }
      return { added, duplicates };
    },
  };
}
export type Presets = ReturnType<typeof createPresets>;

function markOf({ name, instruction }: Pick<Preset, 'name' | 'instruction'>): string {
  return JSON.stringify([name, instruction]);
}

async function presetsIn(path: string): Promise<readonly Omit<Preset, 'id'>[]> {
  const name = basename(path);
  let value: unknown;
  try {
    if ((await stat(path)).size > MOST_FILE_BYTES) {
      throw new Refusal('BAD_INPUT', `"${name}" is too large to be a file of presets.`);
    }
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw error instanceof Refusal
      ? error
      : new Refusal('BAD_INPUT', `"${name}" is not a file of presets: it cannot be read as JSON.`);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(
      'BAD_INPUT',
      `"${name}" is not a file of presets (${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'does not fit'}).`,
    );
  }
  return parsed.data.presets;
}
