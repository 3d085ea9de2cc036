/** What main knows, as this page last heard it. Filled by a snapshot and kept up to date by events; never written by screens. */
import type { AppEvent, EndpointView } from '@shared/contract';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { FleetEvent, QuotaGroup } from '@shared/model/endpoint';
import type { Dataset, Run } from '@shared/model/run';
import type { Settings, VaultStatus } from '@shared/model/settings';
import { createStore } from 'zustand/vanilla';
import type { Client } from '../api';

export type SystemInfo = Awaited<ReturnType<Client['system']['info']>>;

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface Snapshot {
  readonly info: SystemInfo;
  readonly runs: readonly Run[];
  readonly datasets: readonly Dataset[];
  readonly endpoints: readonly EndpointView[];
  readonly groups: readonly QuotaGroup[];
  /** Newest first. */
  readonly fleetEvents: readonly FleetEvent[];
  readonly models: readonly CatalogueModel[];
  readonly settings: Settings;
}

export interface LiveState {
  readonly connection: Connection;
  /** Null until the first snapshot. */
  readonly info: SystemInfo | null;
  readonly settings: Settings | null;
  readonly vault: VaultStatus | null;
  readonly runs: ReadonlyMap<number, Run>;
  readonly datasets: ReadonlyMap<number, Dataset>;
  readonly endpoints: readonly EndpointView[];
  readonly groups: readonly QuotaGroup[];
  /** Newest first; at most `KEPT_FLEET_EVENTS`. */
  readonly fleetEvents: readonly FleetEvent[];
  readonly models: readonly CatalogueModel[];
}

export const KEPT_FLEET_EVENTS = 1000;

export const NOTHING_YET: LiveState = {
  connection: { kind: 'connecting' },
  info: null,
  settings: null,
  vault: null,
  runs: new Map(),
  datasets: new Map(),
  endpoints: [],
  groups: [],
  fleetEvents: [],
  models: [],
};

export function createLiveStore() {
  return createStore<LiveState>(() => NOTHING_YET);
}
export type LiveStore = ReturnType<typeof createLiveStore>;

export function withSnapshot(state: LiveState, snapshot: Snapshot): LiveState {
  return {
    ...state,
    connection: { kind: 'live' },
    info: snapshot.info,
    settings: snapshot.settings,
    vault: snapshot.info.vault,
    runs: new Map(snapshot.runs.map((run) => [run.id, run])),
    datasets: new Map(snapshot.datasets.map((dataset) => [dataset.id, dataset])),
    endpoints: snapshot.endpoints,
    groups: snapshot.groups.toSorted((a, b) => a.name.localeCompare(b.name)),
    fleetEvents: snapshot.fleetEvents,
    models: snapshot.models,
  };
}

/** Jobs are not kept here but in the paged views (job-pages.ts): a run may have a hundred thousand. */
export function withEvent(state: LiveState, event: AppEvent): LiveState {
  switch (event.kind) {
    case 'run':
      // Events wait for their frame, answers do not: what was read before the answer must not undo it.
      if (event.run.look < (state.runs.get(event.run.id)?.look ?? 0)) {
        return state;
      }
      return { ...state, runs: new Map(state.runs).set(event.run.id, event.run) };
    case 'runRemoved': {
      const runs = new Map(state.runs);
      runs.delete(event.runId);
      return { ...state, runs };
    }
    case 'dataset':
      return { ...state, datasets: new Map(state.datasets).set(event.dataset.id, event.dataset) };
    case 'endpoints':
      return { ...state, endpoints: event.endpoints };
    case 'settings':
      return { ...state, settings: event.settings };
    case 'vault':
      return { ...state, vault: event.vault };
    case 'groups':
      return { ...state, groups: event.groups.toSorted((a, b) => a.name.localeCompare(b.name)) };
    case 'fleetEvent':
      return { ...state, fleetEvents: withFleetEvent(state.fleetEvents, event.event) };
    case 'jobs':
    case 'tree':
      return state;
  }
}

/** An event that the snapshot already had is not listed twice. */
function withFleetEvent(events: readonly FleetEvent[], event: FleetEvent): readonly FleetEvent[] {
  return events.some((other) => other.id === event.id)
    ? events
    : [event, ...events].sort((a, b) => b.id - a.id).slice(0, KEPT_FLEET_EVENTS);
}

/** Runs over datasets, newest first; the studio shows its own. */
export function runsNewestFirst(runs: ReadonlyMap<number, Run>): readonly Run[] {
  return [...runs.values()]
    .filter(({ origin }) => origin === 'dataset')
    .sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
}

/** By id: after a restart the library hands them out in the other order. */
export function datasetsNewestFirst(datasets: ReadonlyMap<number, Dataset>): readonly Dataset[] {
  return [...datasets.values()].sort((a, b) => b.id - a.id);
}

/** Of those, the ones with pictures: what can be compared. */
export function pictureRunsNewestFirst(runs: ReadonlyMap<number, Run>): readonly Run[] {
  return runsNewestFirst(runs).filter(({ recipe }) => recipe.task !== 'text');
}
