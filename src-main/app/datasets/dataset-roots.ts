/**
 * Folders that a dataset may name images in: beside its own, those that the user has granted. One that the program made
 * of another may name what that one may, also after a restart: which one it was made of is told by the folder of the run
 * whose pictures it names.
 */
import type { Store, StoredDataset } from '../../store/store';

export type RootsOf = (dataset: StoredDataset) => readonly string[] | 'all';

export interface DatasetRoots {
  readonly of: RootsOf;
  /** `made` may name what `from` may. */
  lend(from: StoredDataset, made: StoredDataset): void;
  /** Of a dataset that the program made itself. */
  allow(datasetId: number, roots: readonly string[]): void;
  /** What earlier processes lent. */
  load(store: Pick<Store, 'datasets' | 'runAt' | 'dataset'>): Promise<void>;
  grant(folder: string): void;
}

/** `all`: on the command line a dataset may name images anywhere the user can read. */
export function createDatasetRoots(rule: 'granted' | 'all'): DatasetRoots {
  const granted = new Set<string>();
  const allowed = new Map<number, readonly string[]>();
  const lenders = new Map<number, StoredDataset>();

  function of({ id, baseDir }: StoredDataset, below: ReadonlySet<number> = new Set()): readonly string[] {
    const lender = lenders.get(id);
    const lent = lender === undefined || below.has(id) ? [] : of(lender, new Set([...below, id]));
    const own = [...(baseDir === null ? [] : [baseDir]), ...(allowed.get(id) ?? [])];
    return [...new Set([...granted, ...own, ...lent])];
  }

  return {
    of: (dataset) => (rule === 'all' ? 'all' : of(dataset)),
    allow: (datasetId, roots) => void allowed.set(datasetId, roots),
    lend: (from, made) => void lenders.set(made.id, from),
    async load(store) {
      for (const made of rule === 'all' ? [] : (await store.datasets()).filter(isOfPictures)) {
        const run = await store.runAt(made.baseDir ?? '');
        const from = run === null || run.datasetId === made.id ? null : await store.dataset(run.datasetId);
        if (from !== null) {
          lenders.set(made.id, from);
        }
      }
    },
    grant: (folder) => void granted.add(folder),
  };
}

/** Made by the program (app/text/judge.ts): what a user brings has a file, and what a session asks is of another format. */
function isOfPictures({ sourcePath, format, baseDir }: StoredDataset): boolean {
  return sourcePath === null && format === 'jsonl' && baseDir !== null;
}
