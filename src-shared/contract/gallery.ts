/** Calls of the gallery over every run: search, facets, tags, smart views, trash. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import {
  galleryAnswerSchema,
  galleryChangeSchema,
  galleryQuerySchema,
  gallerySelectionSchema,
  selectionSumSchema,
  smartViewSchema,
  tagSchema,
} from '../model/gallery';
import { jobTileSchema } from '../model/run';
import { base, id, none, page, progressSchema } from './base';

/** A list that was found before (`snapshot`), or is found anew where that is forgotten. */
const listed = z.object({ query: galleryQuerySchema, snapshot: z.string().max(40).optional() });
const place = z.number().int().nonnegative();

/** How far a change of many results is. */
export const galleryReportSchema = progressSchema.extend({
  /** What undoes it. */
  stepId: id.optional(),
  /** Results that really changed. */
  changed: z.number().int(),
});
export type GalleryReport = Readonly<z.infer<typeof galleryReportSchema>>;

export const galleryContract = {
  /** What a query finds, how much, and what each value of each facet would find. */
  search: base.input(z.object({ query: galleryQuerySchema })).output(galleryAnswerSchema),
  /** A part of that list; another `snapshot` in the answer: the list was forgotten and found anew. */
  page: base
    .input(listed.extend(page))
    .output(z.object({ snapshot: z.string(), total: z.number().int(), jobs: z.array(jobTileSchema) })),
  /** Jobs from place `from` up to and without `to`; at most 100,000. */
  ids: base.input(listed.extend({ from: place, to: place })).output(z.array(id)),
  /** The next place after `after` of a row with that number in its file; null: there is none. */
  findRow: base
    .input(listed.extend({ index: z.number().int(), after: z.number().int().min(-1) }))
    .output(place.nullable()),
  placeOf: base.input(listed.extend({ jobId: id })).output(place.nullable()),
  /** The instructions of these jobs, in their order, for a table; empty where a job is gone. */
  texts: base.input(z.object({ jobIds: z.array(id).max(500) })).output(z.array(z.string())),
  /** What a selection holds, before something is done to it. */
  sum: base.input(z.object({ selection: gallerySelectionSchema })).output(selectionSumSchema),
  tags: base.output(z.array(tagSchema)),
  /** Who stops listening stops it; what was changed by then can be undone. */
  change: base
    .input(z.object({ selection: gallerySelectionSchema, change: galleryChangeSchema }))
    .output(eventIterator(galleryReportSchema)),
  /** Its own `stepId` undoes the undoing. NOT_FOUND: too long ago. */
  undo: base.input(z.object({ stepId: id })).output(eventIterator(galleryReportSchema)),
  /** Sends them again in their runs, as they were. */
  rerun: base
    .input(z.object({ selection: gallerySelectionSchema }))
    .output(eventIterator(galleryReportSchema)),
  /** Moves the files of all that is in the trash to the system's trash; what stays has a reason, told at the end. */
  emptyTrash: base.output(eventIterator(galleryReportSchema)),
  views: base.output(z.array(smartViewSchema)),
  /** `id` absent: a new one; of one that was removed: it is made again. */
  saveView: base.input(smartViewSchema.partial({ id: true })).output(smartViewSchema),
  removeView: base.input(z.object({ viewId: id })).output(none),
};
