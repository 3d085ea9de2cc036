/** What leaves the library: dialogs that ask how, exports under way whatever screen is shown, and what went wrong. */
import {
  exportFilterSchema,
  exportFormatSchema,
  exportOptionsSchema,
  PLAIN_EXPORT,
} from '@shared/model/export';
import type { ExportFilter, ExportFormat, ExportOptions, ExportSource } from '@shared/model/export';
import type { GallerySelection } from '@shared/model/gallery';
import type { PictureRef } from '@shared/model/picture';
import { z } from 'zod';
import { createJSONStorage, persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import type { Client } from '../api';
import { sentenceOf } from './refusal';
import type { UiStore } from './ui-store';
import { toast } from './ui-store';

/** What an export dialog was opened for. */
export type ExportSubject =
  | {
      readonly kind: 'run';
      readonly runId: number;
      readonly name: string;
      /** What the screen shows of it, where that is not everything. */
      readonly filter?: ExportFilter;
    }
  | { readonly kind: 'selection'; readonly selection: GallerySelection; readonly count: number };

/** What was chosen for the last export: the next dialog begins with it, after a restart too. */
const lastExportSchema = z.object({
  format: exportFormatSchema,
  options: exportOptionsSchema,
  /** Of the run it was about. */
  filter: z.object({ of: z.number(), is: exportFilterSchema }).optional(),
});
export type LastExport = Readonly<z.infer<typeof lastExportSchema>>;

export interface ExportWork {
  readonly id: number;
  /** In a few words. */
  readonly what: string;
  readonly done: number;
  readonly skipped: number;
  readonly total: number;
}

export interface OutgoingState {
  readonly dialog:
    | { readonly kind: 'none' }
    | { readonly kind: 'export'; readonly subject: ExportSubject }
    | { readonly kind: 'save'; readonly picture: PictureRef };
  readonly last: LastExport;
  readonly work: readonly ExportWork[];
  /** One sentence, until it is dismissed. */
  readonly problem: string | null;
}

export interface ExportRequest {
  readonly source: ExportSource;
  readonly format: ExportFormat;
  readonly options: ExportOptions;
}

const keptSchema = z.object({ last: lastExportSchema });

export type OutgoingStore = ReturnType<typeof createOutgoing>;

const INITIAL: OutgoingState = {
  dialog: { kind: 'none' },
  last: { format: 'csv', options: PLAIN_EXPORT },
  work: [],
  problem: null,
};

interface OutgoingParts {
  readonly client: Pick<Client, 'pictures'>;
  readonly ui: UiStore;
  /** Keeps what was chosen for the last export. */
  readonly storage: Storage;
}

export function createOutgoing({ client, ui, storage }: OutgoingParts) {
  const store = createStore<OutgoingState>()(
    persist(() => INITIAL, {
      name: 'brushfleet.export',
      version: 1,
      storage: createJSONStorage(() => storage),
      partialize: ({ last }) => ({ last }),
      // Another version of the program may have kept what this one does not know.
      merge: (kept, state) => {
        const parsed = keptSchema.safeParse(kept);
        return parsed.success ? { ...state, last: parsed.data.last } : state;
      },
    }),
  );
  const stops = new Map<number, AbortController>();
  let lastId = 0;

  function set(id: number, part: Partial<ExportWork>): void {
    store.setState(({ work }) => ({ work: work.map((one) => (one.id === id ? { ...one, ...part } : one)) }));
  }

  /** Resolves when it is over, was stopped, or failed: what failed is told in `problem`. */
  async function carryOut(what: string, request: ExportRequest): Promise<void> {
    lastId += 1;
    const id = lastId;
    const stop = new AbortController();
    stops.set(id, stop);
    try {
      const reports = await client.pictures.export(request, { signal: stop.signal });
      for await (const { done, skipped, total, isOver, sentence } of reports) {
        if (store.getState().work.every((one) => one.id !== id)) {
          store.setState(({ work }) => ({ work: [...work, { id, what, done, skipped, total }] }));
        }
        set(id, { done, skipped, total });
        if (isOver && sentence !== undefined) {
          toast(ui, sentence);
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) {
        store.setState({ problem: sentenceOf(error) });
      }
    } finally {
      stops.delete(id);
      store.setState(({ work }) => ({ work: work.filter((one) => one.id !== id) }));
    }
  }

  return {
    ...store,
    carryOut,
    stop: (id: number): void => stops.get(id)?.abort(),
    ask: (dialog: OutgoingState['dialog']): void => void store.setState({ dialog }),
    keep: (last: LastExport): void => void store.setState({ last }),
    close: (): void => void store.setState({ dialog: { kind: 'none' } }),
    /** Carries a short call out; what it is refused with is told in `problem`. */
    async attempt<T>(call: () => Promise<T>): Promise<T | undefined> {
      store.setState({ problem: null });
      try {
        return await call();
      } catch (error) {
        store.setState({ problem: sentenceOf(error) });
        return undefined;
      }
    },
    dismiss: (): void => void store.setState({ problem: null }),
  };
}
