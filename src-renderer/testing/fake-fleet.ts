/** The calls about endpoints, keys, quota groups and the vault, in memory. */
import { ORPCError } from '@orpc/client';
import type { EndpointView } from '@shared/contract';
import type { FleetEvent, KeyInfo, ProbeReport, QuotaGroup, TestReport } from '@shared/model/endpoint';
import type { Client } from '../api';
import { FAKE_MODELS } from './fake-data';
import type { World } from './fake-backend';
import {
  DEMO_ENDPOINT,
  failingEndpoints,
  fakeEndpoints,
  fakeFleetEvents,
  fakeKey,
  fakeView,
  manyEndpoints,
  STUDIO_GROUP,
} from './fake-fleet-data';
import { figureDataUrl } from './fake-pictures';
import { fakeUsage } from './fake-usage';

export interface FakeFleet {
  endpoints: EndpointView[];
  groups: QuotaGroup[];
  fleetEvents: FleetEvent[];
}

export function fleetOf(scene: string, now: number): FakeFleet {
  if (scene === 'empty') {
    return { endpoints: [DEMO_ENDPOINT], groups: [], fleetEvents: [] };
  }
  const makers: Readonly<Record<string, (at: number) => readonly EndpointView[]>> = {
    many: manyEndpoints,
    failing: failingEndpoints,
  };
  const endpoints = (makers[scene] ?? fakeEndpoints)(now);
  return { endpoints: [...endpoints], groups: [STUDIO_GROUP], fleetEvents: [...fakeFleetEvents(now)] };
}

/** Requests come and go at the first endpoint. */
export function tickFleet(world: World): void {
  const [first, ...others] = world.endpoints;
  if (first === undefined || first.endpoint.demo) {
    return;
  }
  const { gauges } = first.health;
  const today = { ...gauges.today, used: gauges.today.used + 3 };
  const minute = { ...gauges.minute, used: 140 + (today.used % 23) };
  const health = { ...first.health, gauges: { ...gauges, today, minute } };
  world.endpoints = [{ ...first, health }, ...others];
  world.tell({ kind: 'endpoints', endpoints: world.endpoints });
}

function notFound(): never {
  throw new ORPCError('NOT_FOUND', { message: 'That is no longer in the library.' });
}

/** Changes of endpoints and keys, told as main would. */
function editsOf(world: World) {
  const change = (edit: (view: EndpointView) => EndpointView) => {
    world.endpoints = world.endpoints.map(edit);
    world.tell({ kind: 'endpoints', endpoints: world.endpoints });
  };
  const view = (endpointId: string) =>
    world.endpoints.find((one) => one.endpoint.id === endpointId) ?? notFound();
  return {
    change,
    view,
    changeView: (endpointId: string, edit: (old: EndpointView) => EndpointView) => {
      change((one) => (one.endpoint.id === endpointId ? edit(one) : one));
      return view(endpointId);
    },
    changeKey: (keyId: string, edit: (key: KeyInfo) => KeyInfo) => {
      change((one) => ({ ...one, keys: one.keys.map((key) => (key.id === keyId ? edit(key) : key)) }));
      return world.endpoints.flatMap((one) => one.keys).find((key) => key.id === keyId) ?? notFound();
    },
  };
}

export function fleetCalls(world: World): Pick<Client, 'endpoints' | 'groups' | 'keys' | 'vault'> {
  return {
    endpoints: endpointCalls(world),
    groups: groupCalls(world),
    keys: keyCalls(world),
    vault: {
      status: async () => world.vault,
      choose: async ({ kind }) => (world.vault = kind === 'session' ? { kind } : { kind, locked: false }),
      unlock: async ({ passphrase }) => {
        if (passphrase !== 'open sesame') {
          throw new ORPCError('BAD_INPUT', { message: 'That is not the passphrase.' });
        }
        return (world.vault = { kind: 'passphrase', locked: false });
      },
    },
  };
}

function endpointCalls(world: World): Client['endpoints'] {
  const { view, changeView } = editsOf(world);
  return {
    list: async () => world.endpoints,
    add: async (draft) => {
      const id = `endpoint-${world.endpoints.length}`;
      const added = fakeView({ ...draft, id, demo: false }, []);
      world.endpoints = [...world.endpoints, added];
      return added;
    },
    update: async ({ id, ...draft }) =>
      changeView(id, (old) => ({
        ...old,
        endpoint: { ...draft, id, demo: old.endpoint.demo },
        health: { ...old.health, effectiveWeight: draft.weight },
      })),
    remove: async ({ endpointId }) => {
      world.endpoints = world.endpoints.filter((one) => one.endpoint.id !== endpointId);
    },
    test: async ({ endpointId, keyId }) =>
      view(endpointId)
        .keys.filter((key) => keyId === undefined || key.id === keyId)
        .map((key) => ({ keyId: key.id, report: testReport(key) })),
    move: async ({ endpointId, place }) => {
      const moved = view(endpointId);
      const others = world.endpoints.filter((one) => one !== moved);
      world.endpoints = others.toSpliced(place, 0, moved);
      world.tell({ kind: 'endpoints', endpoints: world.endpoints });
    },
    reset: async ({ endpointId }) =>
      changeView(endpointId, (old) => {
        const { rest: _, lastFailure: __, ...health } = old.health;
        return {
          ...old,
          health: { ...health, effectiveWeight: old.endpoint.weight },
          keys: old.keys.map((key) => ({ ...key, state: { status: 'AVAILABLE', since: Date.now() } })),
        };
      }),
    probe: async ({ endpointId }) => await probe(view(endpointId)),
    usage: async ({ days }) => fakeUsage(world.endpoints, Date.now(), days),
    events: async ({ limit }) => world.fleetEvents.slice(0, limit),
  };
}

function testReport(key: KeyInfo): TestReport {
  return key.state.status === 'FAILED_INIT'
    ? {
        kind: 'failed',
        latencyMs: 210,
        failure: { kind: 'invalid_key', message: 'The provider does not know this key.' },
      }
    : {
        kind: 'ok',
        latencyMs: 640,
        models: FAKE_MODELS.map((model) => model.id),
        detail: 'Answers and lists its models.',
        ...(key.account === undefined ? {} : { account: key.account }),
      };
}

async function probe({ endpoint }: EndpointView): Promise<ProbeReport> {
  const latencyMs = endpoint.id === 'google' ? 8100 : 14_300;
  return endpoint.id === 'openai'
    ? {
        kind: 'failed',
        latencyMs: 300,
        failure: { kind: 'no_credit', message: 'The account has no credit.' },
      }
    : {
        kind: 'ok',
        latencyMs,
        width: endpoint.id === 'relay' ? 768 : 1024,
        height: endpoint.id === 'relay' ? 768 : 1024,
        mimeType: 'image/png',
        ...(endpoint.demo ? { costUsd: 0 } : { costUsd: 0.0336 }),
        picture: figureDataUrl(endpoint.name.length),
      };
}

function groupCalls(world: World): Client['groups'] {
  return {
    list: async () => world.groups,
    save: async ({ id = `group-${world.groups.length}`, ...part }) => {
      if (world.groups.some((group) => group.name === part.name && group.id !== id)) {
        const message = `There is a quota group ${part.name} already. Choose another name.`;
        throw new ORPCError('BAD_INPUT', { message, data: { field: 'name' } });
      }
      const saved = { id, ...part };
      world.groups = [...world.groups.filter((group) => group.id !== id), saved];
      world.tell({ kind: 'groups', groups: world.groups });
      return saved;
    },
    remove: async ({ groupId }) => {
      world.groups = world.groups.filter((group) => group.id !== groupId);
      world.tell({ kind: 'groups', groups: world.groups });
      editsOf(world).change((view) => ({
        ...view,
        keys: view.keys.map((key) => (key.groupId === groupId ? withoutGroup(key) : key)),
      }));
    },
  };
}

function withoutGroup(key: KeyInfo): KeyInfo {
  const { groupId: _, ...others } = key;
  return others;
}

function keyCalls(world: World): Client['keys'] {
  const { change, changeView, changeKey } = editsOf(world);
  return {
    add: async ({ endpointId, keys, groupId, tier, limits }) => {
      if (world.vault.kind === 'undecided') {
        throw new ORPCError('VAULT', { message: 'Choose how keys are kept.', data: world.vault });
      }
      const part = {
        ...(groupId === undefined ? {} : { groupId }),
        ...(tier === undefined ? {} : { tier }),
        ...(limits === undefined ? {} : { limits }),
      };
      const added = keys.map(({ label, secret }) => fakeKey(label, secret.slice(-4), undefined, part));
      changeView(endpointId, (view) => ({ ...view, keys: [...view.keys, ...added] }));
      return { added, duplicates: 0 };
    },
    update: async ({ keyId, label, paused, endpointIds, ...nullable }) =>
      changeKey(keyId, (key) => ({
        ...withNullable(key, nullable),
        ...(label === undefined ? {} : { label }),
        ...(paused === undefined ? {} : { paused }),
        ...(endpointIds === undefined ? {} : { endpointIds }),
      })),
    reset: async ({ keyId }) =>
      changeKey(keyId, (key) => ({ ...key, state: { status: 'AVAILABLE', since: Date.now() } })),
    remove: async ({ keyId }) =>
      change((view) => ({ ...view, keys: view.keys.filter((key) => key.id !== keyId) })),
    importEnv: async () => ({ endpoints: 2, keys: 3, duplicates: 1, notes: ['OPENAI_API_KEY is blank.'] }),
  };
}

type KeyChange = Parameters<Client['keys']['update']>[0];

/** What is absent stays; null takes it away. */
function withNullable(key: KeyInfo, change: Pick<KeyChange, 'limits' | 'groupId' | 'tier'>): KeyInfo {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  const merged = { ...key, ...Object.fromEntries(entries) };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as KeyInfo;
}
