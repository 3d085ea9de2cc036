/** The check of every row before the run, streamed in; begun anew when what is asked has changed. */
import type { RunRequest } from '@shared/contract';
import type { PreflightReport } from '@shared/model/plan';
import { useEffect, useState } from 'react';
import type { Client } from '../../api';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { useSettled } from '../../ui/use-throttled';

export type Preflight =
  | { readonly kind: 'none' }
  /** Too many rows to check unasked. */
  | { readonly kind: 'offered' }
  | { readonly kind: 'checking'; readonly report: PreflightReport | null }
  | { readonly kind: 'done'; readonly report: PreflightReport }
  | { readonly kind: 'failed'; readonly sentence: string };

export interface PreflightView {
  readonly preflight: Preflight;
  check(): void;
  stop(): void;
}

const REST_MS = 600;
/** Up to so many rows are checked unasked: their pictures are looked at, which takes the disk a while. */
const UNASKED_ROWS = 5000;
const NO_REQUEST = 'null';

interface Found {
  /** The question it answers, and which time it was asked. */
  readonly of: string;
  readonly preflight: Preflight;
}

/** `rows`: how many the run takes; null while it is not known or the file is still being read. */
export function usePreflight(request: RunRequest | null, rows: number | null): PreflightView {
  const { backend } = useModel();
  const wanted = useSettled(keyOf(request, rows), REST_MS);
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState<string | null>(null);
  const [stopped, setStopped] = useState<string | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const isFew = rows !== null && rows <= UNASKED_ROWS;
  const isOn = wanted !== NO_REQUEST && stopped !== wanted && (isFew || asked === wanted);

  const of = `${turn} ${wanted}`;
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const cut = new AbortController();
    const tell = (preflight: Preflight) => {
      if (!cut.signal.aborted) {
        setFound({ of, preflight });
      }
    };
    const { request: checked }: { request: RunRequest } = JSON.parse(wanted);
    read(backend.client, checked, { signal: cut.signal, tell }).catch((error: unknown) =>
      tell({ kind: 'failed', sentence: sentenceOf(error) }),
    );
    return () => cut.abort();
  }, [backend, wanted, of, isOn]);

  return {
    preflight: shownOf({ wanted, of, isOn, found }),
    check: () => {
      setStopped(null);
      setAsked(wanted);
      setTurn(turn + 1);
    },
    stop: () => setStopped(wanted),
  };
}

interface Reading {
  readonly signal: AbortSignal;
  tell(preflight: Preflight): void;
}

async function read(client: Client, request: RunRequest, { signal, tell }: Reading): Promise<void> {
  const reports = await client.runs.preflight(request, { signal });
  let last: PreflightReport | null = null;
  for await (const report of reports) {
    if (signal.aborted) {
      return;
    }
    last = report;
    tell({ kind: report.done ? 'done' : 'checking', report });
  }
  if (last?.done !== true) {
    tell({ kind: 'failed', sentence: 'The check ended before all rows were looked at. Check again.' });
  }
}

interface Shown {
  readonly wanted: string;
  readonly of: string;
  readonly isOn: boolean;
  readonly found: Found | null;
}

function shownOf({ wanted, of, isOn, found }: Shown): Preflight {
  if (wanted === NO_REQUEST) {
    return { kind: 'none' };
  }
  if (!isOn) {
    return { kind: 'offered' };
  }
  return found?.of === of ? found.preflight : { kind: 'checking', report: null };
}

/** Only what the check depends on; `rows` grows while the file is being read, and with it what there is to check. */
function keyOf(request: RunRequest | null, rows: number | null): string {
  if (request === null || rows === null || rows === 0) {
    return NO_REQUEST;
  }
  const { datasetId, recipe, options } = request;
  const { filterRows = '', allowPrivateUrls } = options;
  const checked: RunRequest = {
    datasetId,
    recipe,
    options: { filterRows, ...(allowPrivateUrls === undefined ? {} : { allowPrivateUrls }) },
  };
  return JSON.stringify({ rows, request: checked });
}
