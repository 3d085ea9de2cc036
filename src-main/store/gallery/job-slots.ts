/**
 * The slot of each job, by its id. Ids are given one after the other, so pages of them take four bytes a job, where a Map
 * takes some forty.
 */

const PAGE_IDS = 4096;
/** Slots are kept one higher. */
const NONE = 0;

export interface JobSlots {
  get(jobId: number): number | undefined;
  set(jobId: number, slot: number): void;
  delete(jobId: number): void;
  clear(): void;
}

export function createJobSlots(): JobSlots {
  const pages = new Map<number, Uint32Array>();

  function write(jobId: number, kept: number): void {
    const number = Math.floor(jobId / PAGE_IDS);
    let page = pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE_IDS);
      pages.set(number, page);
    }
    page[jobId % PAGE_IDS] = kept;
  }

  return {
    get(jobId) {
      const kept = pages.get(Math.floor(jobId / PAGE_IDS))?.[jobId % PAGE_IDS] ?? NONE;
      return kept === NONE ? undefined : kept - 1;
    },
    set: (jobId, slot) => write(jobId, slot + 1),
    delete: (jobId) => write(jobId, NONE),
    clear: () => pages.clear(),
  };
}
