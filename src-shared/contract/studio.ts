/** Calls of the studio: trees of pictures, requests, presets. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { runSchema } from '../model/run';
import { presetSchema, studioAskSchema, treeNodeSchema, treeSchema } from '../model/studio';
import { base, grantToken, id, none, progressSchema, text } from './base';

const treeWithNodes = z.object({ tree: treeSchema, nodes: z.array(treeNodeSchema) });
const picked = z.object({ treeId: id.nullable() });

/** Pictures that come into a tree at once. */
export const MOST_BROUGHT = 200;

export const studioContract = {
  trees: base.output(z.array(treeSchema)),
  tree: base.input(z.object({ treeId: id })).output(treeWithNodes),
  /**
   * Pictures from a drop or the clipboard become source nodes; `treeId` null: a new tree. More than MOST_BROUGHT are
   * refused with a sentence: a folder of them is a run.
   */
  bring: base
    .input(picked.extend({ images: z.array(z.instanceof(File)).min(1).max(20_000) }))
    .output(treeWithNodes.extend({ problems: z.array(z.string()), broughtIds: z.array(id) })),
  /** The same with results of any run, whose recipe comes with them. */
  bringResults: base
    .input(picked.extend({ resultIds: z.array(id).min(1).max(200) }))
    .output(treeWithNodes.extend({ problems: z.array(z.string()), broughtIds: z.array(id) })),
  /**
   * Sends a request and answers with its nodes, still empty. `mask`: a PNG of the subject's size whose transparent
   * pixels are to be changed. `parentId` null: the picture grows from nothing.
   */
  send: base
    .input(picked.extend({ ask: studioAskSchema, mask: z.instanceof(File).optional() }))
    .output(treeWithNodes.extend({ sentIds: z.array(id) })),
  /** What is pending is not sent; what is in flight is cut off, and may be charged. */
  cancel: base.input(z.object({ nodeIds: z.array(id).min(1).max(64) })).output(none),
  /** The same request once more, into the same nodes. */
  retry: base.input(z.object({ nodeIds: z.array(id).min(1).max(64) })).output(none),
  renameTree: base.input(z.object({ treeId: id, name: z.string().trim().min(1).max(200) })).output(none),
  renameNode: base.input(z.object({ nodeId: id, name: z.string().trim().max(200) })).output(none),
  /** Takes a node and all that grew from it out of the tree; answers which, for the undo. Files stay. */
  prune: base.input(z.object({ nodeId: id })).output(z.array(id)),
  restore: base.input(z.object({ nodeIds: z.array(id).min(1).max(100_000) })).output(none),
  removeTree: base.input(z.object({ treeId: id })).output(none),
  restoreTree: base.input(z.object({ treeId: id })).output(none),
  /** A folder with every picture and one JSON file that says how each came about. Who stops listening stops it. */
  exportTree: base.input(z.object({ treeId: id, grant: grantToken })).output(eventIterator(progressSchema)),
  /** Edits from the root to this node become a run over a dataset's rows, one step after the other. */
  applyChain: base
    .input(z.object({ nodeId: id, datasetId: id, imageColumn: z.string().optional(), name: text.optional() }))
    .output(runSchema),
  /** What was written before, newest first; `search`: words that all occur in it. */
  instructions: base
    .input(z.object({ search: z.string().max(500), limit: z.number().int().min(1).max(500) }))
    .output(z.array(z.object({ instruction: z.string(), usedAt: z.number() }))),
};

export const presetsContract = {
  list: base.output(z.array(presetSchema)),
  /** `id` absent: a new one. */
  save: base.input(presetSchema.partial({ id: true })).output(presetSchema),
  remove: base.input(z.object({ presetId: id })).output(none),
  /** Puts one that was removed back. */
  restore: base.input(z.object({ preset: presetSchema })).output(presetSchema),
  /** Writes all to a JSON file where the user says; its name, null on cancel. */
  export: base.output(z.string().nullable()),
  /** Reads them from a file the user picked; those of the same name and text are not added twice. */
  import: base
    .input(z.object({ grant: grantToken }))
    .output(z.object({ added: z.number().int(), duplicates: z.number().int() })),
};
