/** Who gets how much of a protocol's traffic: parts to drag, or to move with the arrow keys; saved only when told so. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { sharesOf } from '@shared/shares';
import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { SHARE_KEYS } from '../../keys/fleet-keys';
import { formatPercent } from '../../ui/format';
import { canTake, trafficShare } from './endpoint-words';
import { moveBoundary, stepFor, weightOf } from './weights';
import type { WeightDraft } from './weights';

export const SHARE_TONES = ['accent', 'info', 'ok', 'warn', 'idle'] as const;

interface ShareBarProps {
  readonly provider: Provider;
  readonly endpoints: readonly EndpointView[];
  readonly draft: WeightDraft;
  readonly isBusy: boolean;
  onDraft(draft: WeightDraft): void;
  onSave(): void;
}

/** Endpoints that share the traffic of a protocol; those with weight 0 have no part of it. */
export function sharersOf(endpoints: readonly EndpointView[], provider: Provider): readonly EndpointView[] {
  return endpoints.filter(
    (view) => view.endpoint.provider === provider && canTake(view) && view.endpoint.weight > 0,
  );
}

export function ShareBar({ provider, endpoints, draft, isBusy, onDraft, onSave }: ShareBarProps) {
  const sharers = sharersOf(endpoints, provider);
  if (sharers.length < 2) {
    return null;
  }
  const weights = sharers.map((view) => weightOf(view, draft));
  const isChanged = sharers.some((view) => draft.has(view.endpoint.id));
  const move = (at: number, position: number) => {
    const moved = moveBoundary(weights, at, position);
    const next = new Map(draft);
    sharers.forEach((view, index) => {
      const weight = moved[index] ?? view.endpoint.weight;
      if (weight === view.endpoint.weight) {
        next.delete(view.endpoint.id);
      } else {
        next.set(view.endpoint.id, weight);
      }
    });
    onDraft(next);
  };
  return (
    <>
      <div className="side-head">
        <h2>{PROVIDER_LABELS[provider]} traffic</h2>
      </div>
      <div className="traffic">
        <Parts onMove={move} sharers={sharers} weights={weights} />
        {isChanged ? (
          <SaveWeights
            isBusy={isBusy}
            onDiscard={() => onDraft(new Map())}
            onSave={onSave}
            weights={weights}
          />
        ) : (
          <p className="hint">{shareSentence(sharers, endpoints)}</p>
        )}
      </div>
    </>
  );
}

function shareSentence(sharers: readonly EndpointView[], endpoints: readonly EndpointView[]): string {
  const weights = sharers.map((view) => view.endpoint.weight);
  const full = sharesOf(weights);
  const isLess = sharers.some(
    (view, at) => Math.abs((full[at] ?? 0) - trafficShare(view, endpoints)) > 0.005,
  );
  const ratio = weights.length <= 6 ? ` ${weights.join(' : ')}` : '';
  return `From weights${ratio}${isLess ? ', less recent errors' : ''}. Drag to change.`;
}

interface SaveWeightsProps {
  readonly weights: readonly number[];
  readonly isBusy: boolean;
  onSave(): void;
  onDiscard(): void;
}

function SaveWeights({ weights, isBusy, onSave, onDiscard }: SaveWeightsProps) {
  return (
    <div className="save-weights" role="status">
      <span className="hint">
        {weights.length <= 6 ? `Weights ${weights.join(' : ')}` : 'Weights are changed'}, not saved yet
      </span>
      <div className="row">
        <button className="btn small ghost" disabled={isBusy} onClick={onDiscard} type="button">
          Discard
        </button>
        <button className="btn small" disabled={isBusy} onClick={onSave} type="button">
          Save weights
        </button>
      </div>
    </div>
  );
}

interface PartsProps {
  readonly sharers: readonly EndpointView[];
  readonly weights: readonly number[];
  onMove(at: number, position: number): void;
}

function Parts({ sharers, weights, onMove }: PartsProps) {
  const bar = useRef<HTMLDivElement>(null);
  const shares = sharesOf(weights);
  const ends = shares.map((_, at) => shares.slice(0, at + 1).reduce((sum, share) => sum + share, 0));
  return (
    <div className="share-bar" ref={bar}>
      {sharers.map((view, at) => (
        <b
          className={SHARE_TONES[at % SHARE_TONES.length]}
          key={view.endpoint.id}
          style={{ width: `${(shares[at] ?? 0) * 100}%` }}
          title={`${view.endpoint.name} ${formatPercent(shares[at] ?? 0)}`}
        />
      ))}
      {sharers.slice(0, -1).map((view, at) => (
        <Handle
          end={ends[at] ?? 0}
          key={view.endpoint.id}
          label={`Share of ${view.endpoint.name} against ${sharers[at + 1]?.endpoint.name ?? ''}`}
          onMove={(position) => onMove(at, position)}
          share={shares[at] ?? 0}
          step={
            stepFor(weights.reduce((sum, weight) => sum + weight, 0)) / weights.reduce((a, b) => a + b, 0)
          }
        />
      ))}
    </div>
  );
}

interface HandleProps {
  readonly label: string;
  /** Where the part ends, and how large it is: 0 to 1, of the bar. */
  readonly end: number;
  readonly share: number;
  /** The smallest step of the weights, as a share. */
  readonly step: number;
  onMove(position: number): void;
}

const PAGE_STEPS = 5;

function Handle({ label, end, share, step, onMove }: HandleProps) {
  const isDragging = useRef(false);
  const follow = (event: PointerEvent<HTMLElement>) => {
    const bar = event.currentTarget.parentElement?.getBoundingClientRect();
    if (isDragging.current && bar !== undefined && bar.width > 0) {
      onMove((event.clientX - bar.left) / bar.width);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<ActOf<typeof SHARE_KEYS>, number>> = {
      more: 1,
      less: -1,
      muchMore: PAGE_STEPS,
      muchLess: -PAGE_STEPS,
    };
    const act = actOf(SHARE_KEYS, event);
    if (act !== undefined) {
      event.preventDefault();
      onMove(end + steps[act] * step);
    }
  };
  return (
    <span
      aria-label={label}
      aria-valuemax={100}
      aria-valuemin={0}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={formatPercent(share)}
      className="share-handle"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        isDragging.current = true;
      }}
      onPointerMove={follow}
      onPointerUp={() => {
        isDragging.current = false;
      }}
      role="slider"
      style={{ left: `${end * 100}%` }}
      tabIndex={0}
    />
  );
}
