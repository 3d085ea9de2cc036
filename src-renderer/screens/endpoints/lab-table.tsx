/** What the probes found, side by side: latency, delivered pixels, price, picture; and the weights they suggest. */
import { FAILURES } from '@shared/model/failure';
import { sharesOf, weightsFromLatency } from '@shared/shares';
import { useCallback, useMemo } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { blobOf } from '../../ui/data-url';
import { formatClock, formatPercent, formatSeconds, formatUsd } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { useSaveWeights } from './endpoints-panel';
import type { Probe, Probes } from './use-probes';

interface LabTableProps {
  readonly probes: Probes;
  /** The size that was asked for; blank: none. */
  readonly asked: string;
}

export function LabTable({ probes, asked }: LabTableProps) {
  const now = useNow(probes.isRunning);
  const weights = weightsFromLatency(probes.list.map(latencyOf));
  const shares = sharesOf(weights);
  return (
    <>
      <table className="table lab-table">
        <caption className="sr-only">What each endpoint answered</caption>
        <thead>
          <tr>
            {['Endpoint', 'Picture', 'Answer', 'Latency', 'Pixels', 'Price', 'Suggested weight'].map(
              (name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {probes.list.map((probe, at) => (
            <ProbeLine
              asked={asked}
              key={probe.endpoint.id}
              now={now}
              probe={probe}
              share={shares[at] ?? 0}
              weight={probes.isRunning ? null : (weights[at] ?? 0)}
            />
          ))}
        </tbody>
      </table>
      {!probes.isRunning && <ApplyWeights probes={probes.list} weights={weights} />}
    </>
  );
}

function latencyOf(probe: Probe): number | null {
  return probe.kind === 'answered' && probe.report.kind === 'ok' ? probe.report.latencyMs : null;
}

interface ProbeLineProps {
  readonly probe: Probe;
  readonly asked: string;
  readonly now: number;
  /** Null while others are still asked. */
  readonly weight: number | null;
  readonly share: number;
}

function ProbeLine({ probe, asked, now, weight, share }: ProbeLineProps) {
  const ok = probe.kind === 'answered' && probe.report.kind === 'ok' ? probe.report : null;
  return (
    <tr>
      <th className="clip" scope="row">
        {probe.endpoint.name}
      </th>
      <td>{ok !== null && <Thumb endpointName={probe.endpoint.name} picture={ok.picture} />}</td>
      <td className="lab-answer">
        <AnswerWords probe={probe} />
      </td>
      <td className="num">{latencyWords(probe, now)}</td>
      <td className="num">
        {ok === null ? '' : `${ok.width} × ${ok.height}`}
        {ok !== null && isSmaller(asked, ok) && <span className="at-limit"> less than {asked}</span>}
      </td>
      <td className="num">
        {ok === null ? '' : ok.costUsd === undefined ? 'not known' : formatUsd(ok.costUsd)}
      </td>
      <td className="num">
        {weight === null
          ? ''
          : weight === 0
            ? `stays ${probe.endpoint.weight}`
            : `${weight} (${formatPercent(share)}), now ${probe.endpoint.weight}`}
      </td>
    </tr>
  );
}

function AnswerWords({ probe }: { readonly probe: Probe }) {
  if (probe.kind === 'asking') {
    return <Pill tone="info">Asking…</Pill>;
  }
  if (probe.kind === 'refused') {
    return (
      <>
        <Pill tone="warn">Not sent</Pill>
        <p className="hint">{probe.sentence}</p>
      </>
    );
  }
  if (probe.report.kind === 'ok') {
    return <Pill tone="ok">Delivered</Pill>;
  }
  const { kind, message } = probe.report.failure;
  return (
    <>
      <Pill tone="bad">{FAILURES[kind].title}</Pill>
      <p className="hint">{message}</p>
    </>
  );
}

function latencyWords(probe: Probe, now: number): string {
  switch (probe.kind) {
    case 'asking':
      return formatClock((now - probe.since) / 1000);
    case 'answered':
      return formatSeconds(probe.report.latencyMs);
    case 'refused':
      return '';
  }
}

/** Pixels of the longer side that a size of Google's asks for, or of `WIDTHxHEIGHT`. */
export function isSmaller(asked: string, got: { readonly width: number; readonly height: number }): boolean {
  const kilo = /^([124])K$/.exec(asked)?.[1];
  const exact = /^(\d+)x(\d+)$/.exec(asked);
  const wanted =
    kilo === undefined ? Math.max(Number(exact?.[1] ?? 0), Number(exact?.[2] ?? 0)) : Number(kilo) * 1024;
  // Sides are rounded to multiples of what the model can draw; ratios other than 1:1 keep the area, not the side.
  return Math.max(got.width, got.height) < wanted * 0.9;
}

function Thumb({ picture, endpointName }: { readonly picture: string; readonly endpointName: string }) {
  const blob = useMemo(() => blobOf(picture), [picture]);
  // The page's policy allows pictures from blobs, not from data URLs.
  const show = useCallback(
    (image: HTMLImageElement | null) => {
      if (image === null || blob === null) {
        return undefined;
      }
      const url = URL.createObjectURL(blob);
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [blob],
  );
  return blob === null ? null : <img alt={`Answer of ${endpointName}`} className="lab-thumb" ref={show} />;
}

interface ApplyWeightsProps {
  readonly probes: readonly Probe[];
  readonly weights: readonly number[];
}

/** One probe is a hint, not a measurement, and an endpoint that failed once is not silenced by it. */
function ApplyWeights({ probes, weights }: ApplyWeightsProps) {
  const { ui } = useModel();
  const action = useAction();
  const saveWeights = useSaveWeights(action);
  const endpoints = useLive((state) => state.endpoints);
  const draft = new Map(
    probes.flatMap((probe, at) => {
      const weight = weights[at] ?? 0;
      const current = endpoints.find((view) => view.endpoint.id === probe.endpoint.id)?.endpoint.weight;
      return weight > 0 && current !== undefined && weight !== current
        ? [[probe.endpoint.id, weight] as const]
        : [];
    }),
  );
  const answered = weights.filter((weight) => weight > 0).length;
  return (
    <div className="row">
      <p className="hint grow">
        {answered < 2
          ? 'Two answers are needed to suggest weights.'
          : 'Weights in proportion to speed. One probe is a hint: probe again to be surer.'}
      </p>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <button
        className="btn"
        disabled={answered < 2 || draft.size === 0 || action.isBusy}
        onClick={() => void saveWeights(draft).then((isSaved) => isSaved && toast(ui, 'Saved the weights'))}
        type="button"
      >
        {answered >= 2 && draft.size === 0 ? 'Weights already match' : 'Apply weights'}
      </button>
    </div>
  );
}
