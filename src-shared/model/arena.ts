/** The arena: two answers to the same row side by side, nobody knows whose, and a choice per key. */
import { z } from 'zod';
import { gallerySelectionSchema } from './gallery';

const id = z.number().int().positive();

/** What is compared: models within runs, runs over the same rows (other instructions, say), or endpoints. */
export const arenaKindSchema = z.enum(['model', 'run', 'endpoint']);
export type ArenaKind = z.infer<typeof arenaKindSchema>;

/** What is compared with what. */
export const arenaSideSchema = z.object({
  /** Place among the sides, from 0. */
  side: z.number().int().nonnegative(),
  label: z.string(),
  /** Done results it stands with. */
  results: z.number().int(),
});
export type ArenaSide = Readonly<z.infer<typeof arenaSideSchema>>;

export const arenaChoiceSchema = z.enum(['left', 'right', 'tie', 'skip']);
export type ArenaChoice = z.infer<typeof arenaChoiceSchema>;

export const arenaSchema = z.object({
  id,
  name: z.string(),
  kind: arenaKindSchema,
  runIds: z.array(id),
  createdAt: z.number(),
  /** Pairs, and those that were decided or skipped. */
  pairs: z.number().int(),
  decided: z.number().int(),
});
export type Arena = Readonly<z.infer<typeof arenaSchema>>;

/** One pair as the page may see it before the choice: nothing in it tells whose picture is whose. */
export const arenaPairSchema = z.object({
  id,
  /** Among all pairs, from 0. */
  place: z.number().int(),
  /** What both were asked; empty: they were asked for different things. */
  instruction: z.string(),
  /** media:// addresses of the row's input images. */
  sources: z.array(z.string()),
  /** media:// addresses, by pair and place alone. */
  left: z.string(),
  right: z.string(),
  choice: arenaChoiceSchema.optional(),
});
export type ArenaPair = Readonly<z.infer<typeof arenaPairSchema>>;

/** What one reviewer chose, and what stood there before: others may have chosen in the same arena since. */
export const ownChoiceSchema = z.object({
  pairId: id,
  choice: arenaChoiceSchema,
  before: arenaChoiceSchema.nullable(),
});
export type OwnChoice = Readonly<z.infer<typeof ownChoiceSchema>>;

/** Whose a picture was. */
export const contenderSchema = z.object({
  side: z.string(),
  model: z.string(),
  /** Null: nobody knows. */
  endpoint: z.string().nullable(),
});
export type Contender = Readonly<z.infer<typeof contenderSchema>>;

/** A pair that was decided. */
export const decidedPairSchema = z.object({
  left: contenderSchema,
  right: contenderSchema,
  choice: arenaChoiceSchema,
});
export type DecidedPair = Readonly<z.infer<typeof decidedPairSchema>>;

/** How one contender did against all others. */
export const standingSchema = z.object({
  name: z.string(),
  wins: z.number().int(),
  losses: z.number().int(),
  ties: z.number().int(),
  /** Ties count half; with its 95 % interval (Wilson). 0 to 1. */
  rate: z.number(),
  low: z.number(),
  high: z.number(),
  /** Bradley-Terry on Elo's scale, 1000 on average; absent with two contenders, of whom the rate says all. */
  elo: z.number().optional(),
});
export type Standing = Readonly<z.infer<typeof standingSchema>>;

export const arenaOutcomeSchema = z.object({
  decided: z.number().int(),
  skipped: z.number().int(),
  ties: z.number().int(),
  /** Left was chosen this often among the decisions that were no tie: far from half, the reviewer favours a side. */
  leftShare: z.number(),
  sides: z.array(standingSchema),
  /** The same by model and by endpoint, where that is another question; empty otherwise. */
  models: z.array(standingSchema),
  endpoints: z.array(standingSchema),
});
export type ArenaOutcome = Readonly<z.infer<typeof arenaOutcomeSchema>>;

/** Whose results are compared: all of some runs, or those that were chosen in the gallery and no others. */
export const arenaSourceSchema = z.union([
  z.object({ runIds: z.array(id).min(1).max(16) }),
  z.object({ selection: gallerySelectionSchema }),
]);
export type ArenaSource = Readonly<z.infer<typeof arenaSourceSchema>>;

/** What could be compared, one way of it. */
export const arenaOfferSchema = z.object({
  kind: arenaKindSchema,
  sides: z.array(arenaSideSchema),
  /** How many pairs there would be. */
  pairs: z.number().int(),
});
export type ArenaOffer = Readonly<z.infer<typeof arenaOfferSchema>>;

/** What could be compared; where that is nothing, one sentence says why and what to do. */
export const arenaOffersSchema = z.object({ offers: z.array(arenaOfferSchema), why: z.string().optional() });
export type ArenaOffers = Readonly<z.infer<typeof arenaOffersSchema>>;
