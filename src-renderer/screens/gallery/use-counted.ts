/** What is meant when a dialog opens, and how much that is: just that is acted on, whatever matches later. */
import type { GallerySelection, SelectionSum } from '@shared/model/gallery';
import { useEffect, useState } from 'react';
import type { Client } from '../../api';
import { useModel } from '../../state/app-model';
import { MOST_IDS } from '../../state/gallery-follow';
import { sentenceOf } from '../../state/refusal';
import { createGalleryActions } from './gallery-actions';

type Counted =
  /** Which ones a query finds. */
  | { readonly kind: 'naming' }
  | { readonly kind: 'counting'; readonly selection: GallerySelection }
  | { readonly kind: 'counted'; readonly selection: GallerySelection; readonly sum: SelectionSum }
  /** Null where it is not even known which ones; else they can be acted on without their sum. */
  | { readonly kind: 'failed'; readonly selection: GallerySelection | null; readonly sentence: string };

export function useCounted(): Counted {
  const model = useModel();
  const [meant] = useState(() => createGalleryActions(model).meant());
  const [counted, setCounted] = useState<Counted>(
    meant?.kind === 'ids' ? { kind: 'counting', selection: meant } : { kind: 'naming' },
  );
  useEffect(() => {
    if (meant !== null) {
      void count(model.backend.client, meant, setCounted);
    }
  }, [model, meant]);
  return counted;
}

async function count(
  client: Client,
  meant: GallerySelection,
  tell: (counted: Counted) => void,
): Promise<void> {
  let selection: GallerySelection | null = null;
  try {
    selection = await named(client, meant);
    tell({ kind: 'counting', selection });
    tell({ kind: 'counted', selection, sum: await client.gallery.sum({ selection }) });
  } catch (error) {
    tell({ kind: 'failed', selection, sentence: sentenceOf(error) });
  }
}

/** What a query found, one by one; what is too long for that goes by its query. */
async function named(client: Client, selection: GallerySelection): Promise<GallerySelection> {
  if (selection.kind === 'ids') {
    return selection;
  }
  const { query, seen } = selection;
  const except = new Set(selection.except);
  const found = await client.gallery.ids({ query, snapshot: seen?.snapshot, from: 0, to: MOST_IDS });
  return found.length < MOST_IDS ? { kind: 'ids', jobIds: found.filter((id) => !except.has(id)) } : selection;
}
