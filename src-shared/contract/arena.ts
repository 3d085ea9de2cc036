/** Calls of the arena: blind choices between two answers to the same row. */
import { z } from 'zod';
import {
  arenaChoiceSchema,
  arenaKindSchema,
  arenaOffersSchema,
  arenaOutcomeSchema,
  arenaPairSchema,
  arenaSchema,
  arenaSourceSchema,
  ownChoiceSchema,
} from '../model/arena';
import { base, id, none } from './base';

const what = z.object({ kind: arenaKindSchema, name: z.string().trim().max(200).optional() });

export const arenaContract = {
  /** Newest first. */
  list: base.output(z.array(arenaSchema)),
  /** What could be compared of these; without pairs it is not offered. */
  offers: base.input(arenaSourceSchema).output(arenaOffersSchema),
  /** Pairs every row that both sides have results for, in random order, each with its sides in random places. */
  create: base.input(z.intersection(arenaSourceSchema, what)).output(arenaSchema),
  get: base.input(z.object({ arenaId: id })).output(arenaSchema),
  /** The first undecided pair from that place on, `any`: decided or not; null: there is none. */
  pair: base
    .input(z.object({ arenaId: id, from: z.number().int().nonnegative(), any: z.boolean() }))
    .output(arenaPairSchema.nullable()),
  /** Null takes a choice back; answers what was chosen before. */
  choose: base
    .input(z.object({ pairId: id, choice: arenaChoiceSchema.nullable() }))
    .output(arenaChoiceSchema.nullable()),
  /**
   * Takes a choice back, unless somebody has decided otherwise since, and answers its pair as it is shown again; null:
   * there is none, or its pictures are gone. `own` absent: the last of the arena, whenever it was made.
   */
  undo: base
    .input(z.object({ arenaId: id, own: ownChoiceSchema.optional() }))
    .output(arenaPairSchema.nullable()),
  /** Who won how often: from here on the sides are told by name. */
  outcome: base.input(z.object({ arenaId: id })).output(arenaOutcomeSchema),
  remove: base.input(z.object({ arenaId: id })).output(none),
  restore: base.input(z.object({ arenaId: id })).output(none),
};
