/** The probes of the endpoint lab: the same request to several endpoints at once, each told as it ends. */
import type { Endpoint, ProbeReport } from '@shared/model/endpoint';
import { useEffect, useRef, useState } from 'react';
import type { Client } from '../../api';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';

export type ProbeRequest = Omit<Parameters<Client['endpoints']['probe']>[0], 'endpointId'>;

export type Probe = { readonly endpoint: Endpoint } & (
  | { readonly kind: 'asking'; readonly since: number }
  | { readonly kind: 'answered'; readonly report: ProbeReport }
  /** The app itself did not let it go: a limit, a pause, the vault. */
  | { readonly kind: 'refused'; readonly sentence: string }
);

export interface Probes {
  readonly list: readonly Probe[];
  readonly isRunning: boolean;
  start(endpoints: readonly Endpoint[], request: ProbeRequest): void;
}

export function useProbes(): Probes {
  const { backend } = useModel();
  const [list, setList] = useState<readonly Probe[]>([]);
  const series = useRef(0);
  useEffect(
    () => () => {
      series.current += 1;
    },
    [],
  );
  function start(endpoints: readonly Endpoint[], request: ProbeRequest): void {
    series.current += 1;
    const mine = series.current;
    const put = (probe: Probe) => {
      if (mine === series.current) {
        setList((old) => old.map((one) => (one.endpoint.id === probe.endpoint.id ? probe : one)));
      }
    };
    const since = Date.now();
    setList(endpoints.map((endpoint) => ({ endpoint, kind: 'asking', since })));
    for (const endpoint of endpoints) {
      backend.client.endpoints.probe({ ...request, endpointId: endpoint.id }).then(
        (report) => put({ endpoint, kind: 'answered', report }),
        (error: unknown) => put({ endpoint, kind: 'refused', sentence: sentenceOf(error) }),
      );
    }
  }
  return { list, isRunning: list.some((probe) => probe.kind === 'asking'), start };
}
