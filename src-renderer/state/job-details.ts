/** The details of single jobs, kept for the last few looked at, so that next and previous show at once. */
import type { JobDetail, JobTile } from '@shared/model/run';
import { useEffect, useState } from 'react';
import type { Client } from '../api';
import { useModel } from './app-model';
import { sentenceOf } from './refusal';

export interface JobDetails {
  get(tile: JobTile): Promise<JobDetail>;
  peek(tile: JobTile): JobDetail | undefined;
  /** Something happened to these jobs: though state and result are those of before, the rest may be another. */
  forget(jobIds: readonly number[]): void;
  /** Something may have happened to any. */
  forgetAll(): void;
}

interface Known {
  readonly jobId: number;
  readonly promise: Promise<JobDetail>;
  detail?: JobDetail;
}

const KEPT_DETAILS = 64;

export function createJobDetails(client: Client): JobDetails {
  const known = new Map<string, Known>();

  function load(tile: JobTile): Promise<JobDetail> {
    const key = versionOf(tile);
    const held = known.get(key);
    if (held !== undefined) {
      return held.promise;
    }
    const entry: Known = {
      jobId: tile.id,
      promise: client.runs.job({ jobId: tile.id }).then(
        (detail) => {
          entry.detail = detail;
          return detail;
        },
        (error: unknown) => {
          if (known.get(key) === entry) {
            known.delete(key);
          }
          throw error;
        },
      ),
    };
    known.set(key, entry);
    for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - KEPT_DETAILS))) {
      known.delete(oldest);
    }
    return entry.promise;
  }
  return {
    get: load,
    peek: (tile) => known.get(versionOf(tile))?.detail,
    forget(jobIds) {
      const changed = new Set(jobIds);
      for (const [key, { jobId }] of known) {
        if (changed.has(jobId)) {
          known.delete(key);
        }
      }
    },
    forgetAll: () => known.clear(),
  };
}

/** A job in another state has other details. */
function versionOf(tile: JobTile): string {
  return `${tile.id} ${tile.state} ${tile.resultId ?? ''} ${tile.failureKind ?? ''}`;
}

export type DetailState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly detail: JobDetail }
  | { readonly kind: 'failed'; readonly sentence: string };

interface Loaded {
  readonly version: string;
  readonly jobId: number;
  readonly state: DetailState;
}

/** The details of a tile, fetched anew whenever its state changes. */
export function useJobDetail(tile: JobTile | undefined): DetailState {
  const { details } = useModel();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  useEffect(() => {
    if (tile === undefined) {
      return;
    }
    let isCurrent = true;
    const finish = (state: DetailState) => {
      if (isCurrent) {
        setLoaded({ version: versionOf(tile), jobId: tile.id, state });
      }
    };
    details.get(tile).then(
      (detail) => finish({ kind: 'ready', detail }),
      (error: unknown) => finish({ kind: 'failed', sentence: sentenceOf(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [tile, details]);

  if (tile === undefined) {
    return { kind: 'none' };
  }
  const ready = details.peek(tile);
  if (ready !== undefined) {
    return { kind: 'ready', detail: ready };
  }
  // The same job in a new state keeps its old details on screen until the new ones are here.
  const isSame = loaded !== null && loaded.jobId === tile.id;
  return isSame && (loaded.version === versionOf(tile) || loaded.state.kind === 'ready')
    ? loaded.state
    : { kind: 'loading' };
}
