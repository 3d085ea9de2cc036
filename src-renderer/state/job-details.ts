/** The details of single jobs, kept for the last few looked at, so that next and previous show at once. */
import type { JobDetail, JobTile } from '@shared/model/run';
import { useEffect, useState } from 'react';
import type { Client } from '../api';
import { useModel } from './app-model';
import { sentenceOf } from './refusal';

export interface JobDetails {
  get(tile: JobTile): Promise<JobDetail>;
  peek(tile: JobTile): JobDetail | undefined;
}

const KEPT_DETAILS = 64;

export function createJobDetails(client: Client): JobDetails {
  const known = new Map<string, { readonly promise: Promise<JobDetail>; detail?: JobDetail }>();

  function load(tile: JobTile): Promise<JobDetail> {
    const key = versionOf(tile);
    const held = known.get(key);
    if (held !== undefined) {
      return held.promise;
    }
    const entry: { promise: Promise<JobDetail>; detail?: JobDetail } = {
      promise: client.runs.job({ jobId: tile.id }).then(
        (detail) => {
          entry.detail = detail;
          return detail;
        },
        (error: unknown) => {
          known.delete(key);
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
  return { get: load, peek: (tile) => known.get(versionOf(tile))?.detail };
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

/** The details of a tile, fetched anew whenever its state changes. */
export function useJobDetail(tile: JobTile | undefined): DetailState {
  const { details } = useModel();
  const [state, setState] = useState<DetailState>({ kind: 'none' });
  const version = tile === undefined ? null : versionOf(tile);
  useEffect(() => {
    if (tile === undefined) {
      setState({ kind: 'none' });
      return;
    }
    let isCurrent = true;
    const at = (next: DetailState) => {
      if (isCurrent) {
        setState(next);
      }
    };
    const ready = details.peek(tile);
    if (ready === undefined) {
      // The same job in a new state keeps its old details on screen until the new ones are here.
      setState((old) => (old.kind === 'ready' && old.detail.job.id === tile.id ? old : { kind: 'loading' }));
      details.get(tile).then(
        (detail) => at({ kind: 'ready', detail }),
        (error: unknown) => at({ kind: 'failed', sentence: sentenceOf(error) }),
      );
    } else {
      setState({ kind: 'ready', detail: ready });
    }
    return () => {
      isCurrent = false;
    };
    // `version` stands for `tile`: an equal tile in a new object is no reason to fetch.
  }, [version, details]);
  return state;
}
