/** Pictures that leave the library, without a disk. */
import { AsyncIteratorClass } from '@orpc/client';
import type { Progress } from '@shared/contract/base';
import type { ExportFormat, ExportOptions, ExportSource } from '@shared/model/export';
import type { SaveForm } from '@shared/model/picture';
import type { Client } from '../api';
import type { World } from './fake-backend';

/** What was asked of the fake; tests read it. */
export interface AskedOfPictures {
  readonly exports: { source: ExportSource; format: ExportFormat; options: ExportOptions }[];
  readonly saved: SaveForm[];
  readonly copied: unknown[];
  readonly dragged: unknown[];
  readonly opened: number[];
  /** What the next export is refused with. */
  refusal: string | null;
}

export function askedOfPictures(): AskedOfPictures {
  return { exports: [], saved: [], copied: [], dragged: [], opened: [], refusal: null };
}

/** Half, then all. */
function reportsOf(total: number): AsyncIteratorClass<Progress, void, void> {
  const half = Math.floor(total / 2);
  const reports: Progress[] = [
    { done: half, skipped: 0, total, isOver: false },
    { done: total, skipped: 0, total, isOver: true, sentence: `Exported ${total} pictures to out.` },
  ];
  return new AsyncIteratorClass<Progress, void, void>(
    async () => {
      const value = reports.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    async () => undefined,
  );
}

export function pictureCalls(world: World): Client['pictures'] {
  const asked = world.pictures;
  return {
    export: async ({ source, format, options }) => {
      if (asked.refusal !== null) {
        throw new Error(asked.refusal);
      }
      asked.exports.push({ source, format, options });
      return reportsOf(source.kind === 'run' ? 312 : 3);
    },
    facts: async ({ picture }) => ({
      fileName: picture.kind === 'result' ? '000187.png' : 'red hat.png',
      mimeType: 'image/png',
      sizeBytes: 1_482_113,
      // One of them, so that both can be seen.
      isSigned: picture.kind === 'result' && picture.resultId % 2 === 0,
      hasRecipe: true,
    }),
    saveAs: async ({ form }) => {
      asked.saved.push(form);
      return { fileName: form.format === 'jpeg' ? '000187.jpg' : '000187.png' };
    },
    copy: async ({ picture }) => void asked.copied.push(picture),
    showInFolder: async () => undefined,
    prepareDrag: async ({ pictures }) => {
      asked.dragged.push(pictures);
      return { ticket: crypto.randomUUID() };
    },
    editElsewhere: async ({ nodeId }) => {
      asked.opened.push(nodeId);
      return { name: 'Krita' };
    },
    editor: async () => ({ name: null }),
    chooseEditor: async () => ({ name: 'Krita' }),
    forgetEditor: async () => ({ name: null }),
    readRecipe: async () => null,
  };
}
