/** Single pictures: which one is meant, and in what form it leaves the library. */
import { z } from 'zod';
import { recipeNoteSchema } from './recipe-note';

const id = z.number().int().positive();

export const pictureRefSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), resultId: id }),
  z.object({ kind: z.literal('node'), nodeId: id, part: z.enum(['picture', 'locked']) }),
]);
export type PictureRef = Readonly<z.infer<typeof pictureRefSchema>>;

/** `original`: the provider's own bytes. */
export const SAVE_FORMATS = ['original', 'png', 'jpeg', 'webp'] as const;
export const saveFormSchema = z.object({
  format: z.enum(SAVE_FORMATS),
  /** 1 to 100; a WebP of 100 is without loss. Of originals and PNGs it says nothing. */
  quality: z.number().int().min(1).max(100),
  /** `keep`: its colour profile and the same numbers; `srgb`: converted. Of originals it says nothing. */
  colour: z.enum(['keep', 'srgb']),
  /** How it came about is written into the picture, or into a file beside one that is signed. */
  embedRecipe: z.boolean(),
});
export type SaveForm = Readonly<z.infer<typeof saveFormSchema>>;

/** Every byte as it came. */
export const AS_IT_IS: SaveForm = { format: 'original', quality: 92, colour: 'keep', embedRecipe: false };

export const pictureFactsSchema = z.object({
  fileName: z.string(),
  mimeType: z.string(),
  sizeBytes: z.number().int(),
  /** Carries a signature (C2PA) that any rewriting would break. */
  isSigned: z.boolean(),
  /** It is known how it came about. */
  hasRecipe: z.boolean(),
});
export type PictureFacts = Readonly<z.infer<typeof pictureFactsSchema>>;

export const savedPictureSchema = z.object({
  fileName: z.string(),
  /** One sentence where something is other than might be thought: a recipe that lies beside, a signature that is gone. */
  remark: z.string().optional(),
});
export type SavedPicture = Readonly<z.infer<typeof savedPictureSchema>>;

/** A recipe that was found in a picture, and what of it is in this library. */
export const foundRecipeSchema = z.object({
  note: recipeNoteSchema,
  /** Absent: it is of another library, or gone. */
  tree: z.object({ treeId: id, nodeId: id }).optional(),
  run: z.object({ runId: id, jobId: id }).optional(),
});
export type FoundRecipe = Readonly<z.infer<typeof foundRecipeSchema>>;
