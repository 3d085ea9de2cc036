/** Calls about pictures that leave the library: exports, single ones to save, copy, drag out or edit elsewhere; recipes. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { exportFormatSchema, exportOptionsSchema, exportSourceSchema } from '../model/export';
import {
  foundRecipeSchema,
  pictureFactsSchema,
  pictureRefSchema,
  saveFormSchema,
  savedPictureSchema,
} from '../model/picture';
import { base, grantToken, none, progressSchema } from './base';

const one = z.object({ picture: pictureRefSchema });
/** Of the program that pictures are opened in, as the user knows it; null: the system's own choice. */
const editor = z.object({ name: z.string().nullable() });

export const picturesContract = {
  /**
   * Asks where to, then writes a file or a new folder. Ends without a report when the user cancels the dialog. Who stops
   * listening stops it; nothing is left of it then.
   */
  export: base
    .input(z.object({ source: exportSourceSchema, format: exportFormatSchema, options: exportOptionsSchema }))
    .output(eventIterator(progressSchema)),
  facts: base.input(one).output(pictureFactsSchema),
  /** Asks where to; null on cancel. */
  saveAs: base.input(one.extend({ form: saveFormSchema })).output(savedPictureSchema.nullable()),
  /** To the clipboard. */
  copy: base.input(one).output(none),
  showInFolder: base.input(one).output(none),
  /** Makes pictures ready to be dragged to other programs; the ticket is for the bridge's `drag`. */
  prepareDrag: base
    .input(z.object({ pictures: z.array(pictureRefSchema).min(1).max(200) }))
    .output(z.object({ ticket: z.string().uuid() })),
  /** Opens a copy of a node's picture in another program; what is saved there comes back as a child of the node. */
  editElsewhere: base
    .input(
      z.object({
        nodeId: pictureRefSchema.options[1].shape.nodeId,
        part: pictureRefSchema.options[1].shape.part,
      }),
    )
    .output(editor),
  editor: base.output(editor),
  /** Shows the system's dialog. */
  chooseEditor: base.output(editor),
  forgetEditor: base.output(editor),
  /** How a picture of ours came about; null: it does not say. */
  readRecipe: base
    .input(z.union([z.object({ image: z.instanceof(File) }), z.object({ grant: grantToken })]))
    .output(foundRecipeSchema.nullable()),
};
