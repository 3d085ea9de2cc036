/** The studio: pictures that grow out of one another, and what was asked for each. */
import { z } from 'zod';
import { failureSchema } from './failure';
import { jobStateSchema, modelChoiceSchema } from './run';

/** What an input image is for; the instruction says it to the model. */
export const imageRoleSchema = z.enum(['subject', 'reference', 'style']);
export type ImageRole = z.infer<typeof imageRoleSchema>;

export const studioInputSchema = z.object({ nodeId: z.number().int(), role: imageRoleSchema });
export type StudioInput = Readonly<z.infer<typeof studioInputSchema>>;

/** How the answer is put back into its source. */
export const lockSchema = z.object({
  /** Pixels over which the mask's edge fades. */
  featherPx: z.number().int().min(0).max(500),
});

/** One request of the studio; the first input of role `subject` is the picture that is edited. No input: it generates. */
export const studioAskSchema = z.object({
  inputs: z.array(studioInputSchema).max(16),
  instruction: z.string().min(1).max(100_000),
  model: modelChoiceSchema,
  aspectRatio: z.string().max(40).optional(),
  imageSize: z.string().max(40).optional(),
  /** `low`, `medium`, `high`, `auto`: where the model takes one. */
  quality: z.string().max(40).optional(),
  /** Pictures on the way to the result, where the endpoint streams them; each is charged. Absent: none. */
  partialImages: z.number().int().min(1).max(3).optional(),
  variants: z.number().int().min(1).max(8),
  /** Present: the answer is locked to its source outside the mask (without a mask: nothing is composited, drift is shown). */
  lock: lockSchema.optional(),
  /** `conversation`: the model gets its own answer back as its turn; `fresh`: the answer is an input without a history. */
  turn: z.enum(['conversation', 'fresh']),
});
export type StudioAsk = Readonly<z.infer<typeof studioAskSchema>>;

/** What became of the pixels outside the mask (or of all of them, without one). */
export const driftSchema = z.object({
  /** Of those pixels, how many changed visibly, 0 to 1, after registration and before compositing. */
  changedShare: z.number(),
  /** Answer to source: a point (x, y) of the answer lies at (x * scaleX + shiftX, y * scaleY + shiftY) of the source, pixels. */
  scaleX: z.number(),
  scaleY: z.number(),
  shiftX: z.number(),
  shiftY: z.number(),
});
export type Drift = Readonly<z.infer<typeof driftSchema>>;

/** A picture as screens show it. */
export const pictureSchema = z.object({
  width: z.number().int(),
  height: z.number().int(),
  mimeType: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  /** media:// addresses. */
  thumbnail: z.string(),
  view: z.string(),
});
export type Picture = Readonly<z.infer<typeof pictureSchema>>;

export const maskSentAsSchema = z.enum(['mask', 'markedUp']);
export type MaskSentAs = z.infer<typeof maskSentAsSchema>;

/** What was asked for a picture that came from elsewhere in the library. */
export const pictureRecipeSchema = z.object({
  instruction: z.string(),
  model: modelChoiceSchema.optional(),
  aspectRatio: z.string().optional(),
  imageSize: z.string().optional(),
  quality: z.string().optional(),
});
export type PictureRecipe = Readonly<z.infer<typeof pictureRecipeSchema>>;

export const treeNodeSchema = z.object({
  id: z.number().int(),
  treeId: z.number().int(),
  parentId: z.number().int().nullable(),
  name: z.string(),
  createdAt: z.number(),
  origin: z.discriminatedUnion('kind', [
    /** Brought in by the user. */
    z.object({
      kind: z.literal('source'),
      fileName: z.string(),
      /** What its user should know of it, one sentence each: that a copy is sent in its place, and why. */
      notes: z.array(z.string()).optional(),
      /** How it came about, where it is a picture of ours. */
      recipe: pictureRecipeSchema.optional(),
    }),
    /** Saved by another program that opened its parent. */
    z.object({
      kind: z.literal('edited'),
      fileName: z.string(),
      notes: z.array(z.string()).optional(),
    }),
    z.object({
      kind: z.literal('result'),
      ask: studioAskSchema,
      runId: z.number().int(),
      jobId: z.number().int(),
      resultId: z.number().int().optional(),
      variant: z.number().int(),
      state: jobStateSchema,
      failure: failureSchema.optional(),
      costUsd: z.number().optional(),
      /** When it was last sent; while it is in flight. */
      sentAt: z.number().optional(),
      /** From the lease to the answer on disk. */
      seconds: z.number().optional(),
      /** media:// address of the mask that was painted. */
      mask: z.string().optional(),
      /** How the model was told of the mask: as one, or as a second picture with the region marked, and words. */
      maskSentAs: maskSentAsSchema.optional(),
      /** Copies that were sent in place of pictures the provider would not take, one sentence each. */
      sentNotes: z.array(z.string()).optional(),
      /** media:// address of a partial image while the answer streams. */
      partial: z.string().optional(),
      /** Of a locked edit, or of any edit once measured. */
      drift: driftSchema.optional(),
      /** media:// address of the heat-map of what changed. */
      heatMap: z.string().optional(),
      /** The composite; `picture` stays the provider's own answer. */
      locked: pictureSchema.optional(),
      /** Why it could not be locked or measured. */
      lockProblem: z.string().optional(),
    }),
  ]),
  /** Absent while nothing has come. */
  picture: pictureSchema.optional(),
});
export type TreeNode = Readonly<z.infer<typeof treeNodeSchema>>;

export const treeSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  createdAt: z.number(),
  changedAt: z.number(),
  /** Nodes that were not pruned. */
  nodes: z.number().int(),
  /** media:// address of its newest picture. */
  cover: z.string().optional(),
});
export type Tree = Readonly<z.infer<typeof treeSchema>>;

/** A named instruction with settings; the instruction may hold `{{variables}}`. */
export const presetSchema = z.object({
  id: z.number().int(),
  name: z.string().trim().min(1).max(120),
  instruction: z.string().max(100_000),
  /** Absent: whatever is chosen. */
  model: modelChoiceSchema.optional(),
  aspectRatio: z.string().max(40).optional(),
  imageSize: z.string().max(40).optional(),
  quality: z.string().max(40).optional(),
  variants: z.number().int().min(1).max(8).optional(),
  tags: z.array(z.string().trim().min(1).max(60)).max(20),
});
export type Preset = Readonly<z.infer<typeof presetSchema>>;
