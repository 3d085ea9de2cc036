/** How a picture came about, as it travels with the picture: never a key, a path, an address or a machine's name. */
import { z } from 'zod';
import { providerSchema } from './provider';
import { taskSchema } from './run';
import { imageRoleSchema } from './studio';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const recipeNoteSchema = z.object({
  /** Of this form; a later one is not read. */
  brushfleet: z.literal(1),
  /** Of the program that wrote it. */
  appVersion: z.string().max(60),
  /** As it was sent. */
  instruction: z.string().max(100_000),
  provider: providerSchema,
  model: z.string().max(200),
  settings: z.object({
    task: taskSchema,
    aspectRatio: z.string().max(40).optional(),
    imageSize: z.string().max(40).optional(),
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    quality: z.string().max(40).optional(),
  }),
  /** In the order they were sent. */
  inputs: z.array(z.object({ sha256, role: imageRoleSchema.optional() })).max(100),
  /** Of the provider's own bytes. */
  sha256,
  /** Where it stands in the library that wrote it; ids mean nothing in another. */
  place: z.object({
    libraryId: z.string().uuid(),
    runId: z.number().int().positive(),
    resultId: z.number().int().positive(),
    index: z.number().int(),
    variant: z.number().int(),
    treeId: z.number().int().positive().optional(),
    nodeId: z.number().int().positive().optional(),
  }),
  costUsd: z.number().optional(),
  /** ISO 8601. */
  madeAt: z.string().max(40),
});
export type RecipeNote = Readonly<z.infer<typeof recipeNoteSchema>>;

/** A picture without a note of its own has one beside it, under its whole name and this ending. */
export const SIDECAR_ENDING = '.recipe.json';

/** Null: it is none, or of a form this version does not know. */
export function parseRecipeNote(text: string): RecipeNote | null {
  try {
    const parsed = recipeNoteSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
