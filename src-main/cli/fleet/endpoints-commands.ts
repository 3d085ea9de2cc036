/** `brushfleet endpoints list|add|set|test`. */
import type { EndpointView } from '@shared/contract';
import type { Endpoint, KeyInfo, Limits } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { Refusal } from '../../refusal';
import { EXIT } from '../exit-codes';
import { findEndpoint, shortIds } from './find-in-fleet';
import { endpointJson, type TestLine } from './fleet-json';
import type { Chosen, EndpointChange } from './fleet-request';
import { type FleetWork, say, sayJson } from './fleet-work';
import { gaugeWords, isHealthy, moment } from './key-words';
import { sayTests, testEach } from './test-calls';
import { textTable } from './text-table';

export function listEndpoints(work: FleetWork): number {
  const views = work.fleet.endpoints();
  if (work.json) {
    return sayJson(work, views.map(endpointJson));
  }
  if (views.length === 0) {
    return say(work, 'No endpoints yet: brushfleet endpoints add Gemini --provider google_genai.');
  }
  const ids = shortIds(views.map(({ endpoint }) => endpoint.id));
  const head = [
    'ID',
    'NAME',
    'PROVIDER',
    'WEIGHT',
    'KEYS',
    'FLIGHT',
    'MINUTE',
    'TODAY',
    'OK/FAILED',
    'STATE',
    'URL',
  ];
  const rows = views.map((view) => {
    const { endpoint, health, keys } = view;
    return [
      ids.get(endpoint.id) ?? endpoint.id,
      endpoint.name,
      endpoint.provider,
      `${endpoint.weight}`,
      endpoint.demo ? '-' : `${keys.filter(isHealthy).length}/${keys.length}`,
      gaugeWords(health.gauges.inFlight),
      gaugeWords(health.gauges.minute),
      gaugeWords(health.gauges.today),
      `${health.succeeded}/${health.failed}`,
      stateOf(view, work.wallNow),
      endpoint.baseUrl === '' ? (endpoint.demo ? '(built in)' : '(official)') : endpoint.baseUrl,
    ];
  });
  return say(work, textTable(head, rows));
}

/** `on`, `off`, `failing until 14:05:10` */
function stateOf({ endpoint, health }: EndpointView, wallNow: number): string {
  if (!endpoint.enabled) {
    return 'off';
  }
  return health.rest === undefined
    ? 'on'
    : `${health.rest.reason} until ${moment(health.rest.until, wallNow)}`;
}

interface EndpointAndKey {
  readonly view: EndpointView;
  /** Null: it has none. */
  readonly key: KeyInfo | null;
}

export interface NewEndpoint {
  readonly name: string;
  readonly provider: Provider;
  readonly change: EndpointChange;
}

export async function addEndpoint(work: FleetWork, { name, provider, change }: NewEndpoint): Promise<number> {
  refuseKnownName(work, name);
  const { limits, ...rest } = change;
  const view = await work.fleet.newEndpoint({
    name,
    provider,
    baseUrl: '',
    apiVersion: '',
    enabled: true,
    weight: 1,
    timeoutMs: DEFAULT_SETTINGS.timeoutMs,
    options: {},
    demo: false,
    ...rest,
    limits: mergedLimits({}, limits),
  });
  return work.json
    ? sayJson(work, endpointJson(view))
    : say(work, `Added ${name}. Its keys: brushfleet keys add --endpoint ${quoted(name)}`);
}

export interface ChangedEndpoint {
  /** Name or id. */
  readonly endpoint: string;
  readonly change: EndpointChange;
}

export async function setEndpoint(
  work: FleetWork,
  { endpoint: word, change }: ChangedEndpoint,
): Promise<number> {
  const { endpoint } = findEndpoint(work.fleet.endpoints(), word);
  if (change.name !== undefined && change.name !== endpoint.name) {
    refuseKnownName(work, change.name);
  }
  if (endpoint.demo && change.baseUrl !== undefined) {
    throw new Refusal('BAD_INPUT', `${endpoint.name} is built in: its URL is chosen when it starts.`);
  }
  const { limits, ...rest } = change;
  const changed: Endpoint = { ...endpoint, ...rest, limits: mergedLimits(endpoint.limits, limits) };
  const view = await work.fleet.changeEndpoint(changed);
  return work.json ? sayJson(work, endpointJson(view)) : say(work, `Changed ${view.endpoint.name}.`);
}

/** What is absent stays, 0 takes a limit away. */
function mergedLimits(before: Limits, change: Limits | undefined): Limits {
  return Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== 0),
  );
}

export async function removeEndpoint(
  work: FleetWork,
  { endpoint: word, withKeys }: { readonly endpoint: string; readonly withKeys: boolean },
): Promise<number> {
  const { endpoint, keys } = findEndpoint(work.fleet.endpoints(), word);
  const own = keys.filter(({ endpointIds }) => endpointIds.length === 1);
  const ownKeys = own.length === 1 ? '1 key' : `${own.length} keys`;
  if (own.length > 0 && !withKeys) {
    throw new Refusal(
      'BAD_INPUT',
      `${endpoint.name} has ${ownKeys} for itself alone: --with_keys removes ${own.length === 1 ? 'it' : 'them'}, too; --enabled off only sends nothing there.`,
    );
  }
  await work.fleet.removeEndpoint(endpoint.id);
  return work.json
    ? sayJson(work, { removed: endpoint.id, keys: own.map(({ id }) => id) })
    : say(work, `Removed ${endpoint.name}${own.length === 0 ? '' : ` and ${ownKeys}`}.`);
}

export async function testEndpoints(work: FleetWork, chosen: Chosen): Promise<number> {
  const views = work.fleet.endpoints();
  const wanted = chosen === 'all' ? views : [...new Set(chosen.map((word) => findEndpoint(views, word)))];
  const keyless = wanted.filter(({ endpoint, keys }) => keys.length === 0 && !endpoint.demo);
  const testable = wanted.filter((view) => !keyless.includes(view));
  if (testable.length === 0) {
    throw new Refusal('BAD_INPUT', nothingToTest(keyless));
  }
  for (const { endpoint } of keyless) {
    work.streams.err.write(`${endpoint.name} has no key yet and was not tested.\n`);
  }
  const pairs = testable.flatMap((view): readonly EndpointAndKey[] =>
    view.keys.length === 0 ? [{ view, key: null }] : view.keys.map((key) => ({ view, key })),
  );
  const lines = await testEach(pairs, async ({ view, key }): Promise<readonly TestLine[]> => {
    const { id, name } = view.endpoint;
    const tested = await work.fleet.test(id, key?.id);
    return tested.map(({ report }) => ({ endpointName: name, key, report }));
  });
  const exitCode = sayTests(work, lines);
  return keyless.length === 0 ? exitCode : EXIT.someFailed;
}

function nothingToTest(keyless: readonly EndpointView[]): string {
  const [first] = keyless;
  return first === undefined
    ? 'There is no endpoint to test yet: brushfleet endpoints add NAME.'
    : `${first.endpoint.name} has no key yet: brushfleet keys add --endpoint ${quoted(first.endpoint.name)}.`;
}

/** Names are how the command line tells endpoints apart. */
function refuseKnownName({ fleet }: FleetWork, name: string): void {
  if (fleet.endpoints().some(({ endpoint }) => endpoint.name === name)) {
    throw new Refusal(
      'BAD_INPUT',
      `There is an endpoint "${name}" already: choose another name, or change it with brushfleet endpoints set.`,
    );
  }
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name}"`;
}
