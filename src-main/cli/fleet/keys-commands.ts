/** `brushfleet keys list|add|import|test|remove`. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { KeyInfo } from '@shared/model/endpoint';
import { Refusal } from '../../refusal';
import { EXIT } from '../exit-codes';
import { endpointForKeys, findKeys, keysOf, shortIds } from './find-in-fleet';
import { keyJson, namesOf, type TestLine } from './fleet-json';
import type { AddedKeys, CliFleet, KeyDraft } from './fleet-port';
import type { Chosen, KeyTerms } from './fleet-request';
import { type FleetWork, say, sayJson } from './fleet-work';
import { holdsVariables, parseKeyLines } from './key-lines';
import { gaugeWords, isHealthy, keyName, stateWords } from './key-words';
import { readKeys } from './read-keys';
import { sayTests, testEach } from './test-calls';
import { textTable } from './text-table';
import { vaultSentence } from './vault-words';

export function listKeys(work: FleetWork): number {
  const { fleet, json, wallNow } = work;
  const views = fleet.endpoints();
  const keys = keysOf(views);
  const names = namesOf(views, fleet.groups());
  const locked = lockedSentence(fleet, keys);
  if (locked !== null) {
    work.streams.err.write(`${locked}\n`);
  }
  if (json) {
    return sayJson(
      work,
      keys.map((key) => keyJson(key, names)),
    );
  }
  if (keys.length === 0) {
    return say(work, 'No keys yet: brushfleet keys add --endpoint NAME, or brushfleet keys import .env.');
  }
  const ids = shortIds(keys.map(({ id }) => id));
  const nameOf = (id: string): string => names.endpoints.get(id) ?? id;
  const rows = keys.map((key) => [
    ids.get(key.id) ?? key.id,
    key.tail === '' ? '-' : `…${key.tail}`,
    key.label || '-',
    key.endpointIds.map(nameOf).join(', '),
    key.groupId === undefined ? '-' : (names.groups.get(key.groupId) ?? '-'),
    key.tier ?? '-',
    gaugeWords(key.gauges?.minute),
    gaugeWords(key.gauges?.today),
    stateWords(key, wallNow),
  ]);
  const head = ['ID', 'KEY', 'LABEL', 'ENDPOINTS', 'GROUP', 'TIER', 'MINUTE', 'TODAY', 'STATE'];
  const healthy = keys.filter(isHealthy).length;
  return say(work, `${textTable(head, rows)}${healthy}/${keys.length} keys ready\n`);
}

export async function addKeys(work: FleetWork, terms: KeyTerms): Promise<number> {
  const { fleet, json } = work;
  const { endpoint } = endpointForKeys(fleet.endpoints(), terms.endpoint);
  // Before a person types anything that could not be kept.
  refuseClosedVault(fleet);
  const read = await readKeys(work, endpoint.name);
  if (read.kind === 'givenUp') {
    return read.exitCode;
  }
  const { added, duplicates } = await add(fleet, { endpointId: endpoint.id, keys: read.keys, terms });
  const names = namesOf(fleet.endpoints(), fleet.groups());
  return json
    ? sayJson(work, { added: added.map((key) => keyJson(key, names)), duplicates })
    : say(work, addedText(added.length, duplicates, endpoint.name));
}

interface Batch {
  readonly endpointId: string;
  readonly keys: readonly KeyDraft[];
  readonly terms: KeyTerms;
}

async function add(fleet: CliFleet, { endpointId, keys, terms }: Batch): Promise<AddedKeys> {
  const group = terms.group === undefined ? undefined : await groupOf(fleet, terms.group);
  const added = await fleet
    .addKeys({
      endpointId,
      keys,
      ...(group === undefined ? {} : { groupId: group.id }),
      ...(terms.tier === undefined ? {} : { tier: terms.tier }),
      ...(terms.limits === undefined ? {} : { limits: terms.limits }),
    })
    .catch(async (error: unknown) => {
      await takeBack(fleet, group);
      throw error;
    });
  if (added.added.length === 0) {
    await takeBack(fleet, group);
  }
  return added;
}

interface NamedGroup {
  readonly id: string;
  readonly isNew: boolean;
}

async function groupOf(fleet: CliFleet, name: string): Promise<NamedGroup> {
  const known = fleet.groups().find((group) => group.name === name);
  return known === undefined
    ? { id: (await fleet.addGroup(name)).id, isNew: true }
    : { id: known.id, isNew: false };
}

/** A group that was made for keys which did not come is not left behind. */
async function takeBack(fleet: CliFleet, group: NamedGroup | undefined): Promise<void> {
  if (group?.isNew === true) {
    await fleet.removeGroup(group.id);
  }
}

export async function importKeys(
  work: FleetWork,
  { file, terms }: { readonly file: string; readonly terms: KeyTerms },
): Promise<number> {
  const { fleet, json, cwd } = work;
  const path = resolve(cwd, file);
  const text = await textOf(path);
  refuseClosedVault(fleet);
  const total = holdsVariables(text)
    ? await importEnv(fleet, path, terms)
    : { endpoints: 0, notes: [], ...(await importLines(fleet, { text, path, terms })) };
  if (json) {
    return sayJson(work, total);
  }
  for (const note of total.notes) {
    work.streams.err.write(`Note: ${note}\n`);
  }
  const made = total.endpoints === 0 ? '' : `${counted(total.endpoints, 'endpoint')} and `;
  return say(work, `${made}${counted(total.keys, 'key')} added${already(total.duplicates)}.`);
}

async function importEnv(fleet: CliFleet, path: string, terms: KeyTerms): ReturnType<CliFleet['importEnv']> {
  if (Object.keys(terms).length > 0) {
    throw new Refusal(
      'BAD_INPUT',
      `${basename(path)} is a .env, which names its endpoints itself: import it without --endpoint, --group, --tier and limits.`,
    );
  }
  return fleet.importEnv(path);
}

interface KeyFile {
  readonly text: string;
  readonly path: string;
  readonly terms: KeyTerms;
}

async function importLines(
  fleet: CliFleet,
  { text, path, terms }: KeyFile,
): Promise<{ keys: number; duplicates: number }> {
  const keys = parseKeyLines(text);
  if (keys.length === 0) {
    throw new Refusal(
      'BAD_INPUT',
      `${basename(path)} holds no key: write one per line, as the key alone or as label,key.`,
    );
  }
  const { endpoint } = endpointForKeys(fleet.endpoints(), terms.endpoint);
  const { added, duplicates } = await add(fleet, { endpointId: endpoint.id, keys, terms });
  return { keys: added.length, duplicates };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown error'})`;
    throw new Refusal('BAD_INPUT', `Cannot read ${path}: ${reason}.`);
  }
}

export async function testKeys(work: FleetWork, chosen: Chosen): Promise<number> {
  const views = work.fleet.endpoints();
  const all = keysOf(views);
  const found = chosen === 'all' ? all : findKeys(all, chosen);
  const hasGiven = chosen === 'all' && work.given.keys.length > 0;
  const locked = lockedSentence(work.fleet, found);
  if (locked !== null && !hasGiven) {
    throw new Refusal('BAD_INPUT', locked);
  }
  const keys = locked === null ? found : found.filter(({ readable }) => readable);
  const given = hasGiven ? await work.fleet.testGiven(work.given) : [];
  if (keys.length + given.length === 0) {
    throw new Refusal('BAD_INPUT', 'There is no key to test yet: brushfleet keys add --endpoint NAME.');
  }
  const isTested = (keyId: string, endpointId: string): boolean =>
    given.some((one) => one.keyId === keyId && one.endpointId === endpointId);
  const pairs = keys.flatMap((key) =>
    views
      .filter(({ endpoint: { id } }) => key.endpointIds.includes(id) && !isTested(key.id, id))
      .map((view) => ({ view, key })),
  );
  const lines = await testEach(pairs, async ({ view, key }): Promise<readonly TestLine[]> => {
    const tested = await work.fleet.test(view.endpoint.id, key.id);
    return tested.map(({ report }) => ({ endpointName: view.endpoint.name, key, report }));
  });
  const ofGiven = given.map(({ keyId, label, tail, endpointName, report }) => ({
    endpointName,
    key: { id: keyId, label, tail },
    report,
  }));
  const exitCode = sayTests(work, [...lines, ...ofGiven]);
  if (locked === null) {
    return exitCode;
  }
  work.streams.err.write(`Not tested: ${locked}\n`);
  return EXIT.someFailed;
}

export async function removeKeys(work: FleetWork, words: readonly string[]): Promise<number> {
  // All are found before the first one goes.
  const keys: readonly KeyInfo[] = findKeys(keysOf(work.fleet.endpoints()), words);
  for (const key of keys) {
    await work.fleet.removeKey(key.id);
  }
  return work.json
    ? sayJson(work, { removed: keys.map(({ id }) => id) })
    : say(work, keys.map((key) => `Removed ${keyName(key)}.\n`).join(''));
}

export async function pauseKeys(
  work: FleetWork,
  { keys: words, paused }: { readonly keys: readonly string[]; readonly paused: boolean },
): Promise<number> {
  return changeKeys(work, words, {
    change: ({ id }) => work.fleet.pauseKey(id, paused),
    word: paused ? 'Paused' : 'Resumed',
  });
}

export async function resetKeys(work: FleetWork, words: readonly string[]): Promise<number> {
  return changeKeys(work, words, { change: ({ id }) => work.fleet.resetKey(id), word: 'Reset' });
}

async function changeKeys(
  work: FleetWork,
  words: readonly string[],
  { change, word }: { change(key: KeyInfo): Promise<KeyInfo>; readonly word: string },
): Promise<number> {
  // All are found before the first one changes.
  const keys = findKeys(keysOf(work.fleet.endpoints()), words);
  const changed: KeyInfo[] = [];
  for (const key of keys) {
    changed.push(await change(key));
  }
  const names = namesOf(work.fleet.endpoints(), work.fleet.groups());
  return work.json
    ? sayJson(
        work,
        changed.map((key) => keyJson(key, names)),
      )
    : say(work, changed.map((key) => `${word} ${keyName(key)}.\n`).join(''));
}

/** Null: all can be read, or those that cannot are not behind a closed vault. */
function lockedSentence(fleet: CliFleet, keys: readonly KeyInfo[]): string | null {
  const status = fleet.vault();
  return status.kind === 'session' || keys.every(({ readable }) => readable) ? null : vaultSentence(status);
}

function refuseClosedVault(fleet: CliFleet): void {
  const sentence = vaultSentence(fleet.vault());
  if (sentence !== null) {
    throw new Refusal('BAD_INPUT', sentence);
  }
}

function addedText(added: number, duplicates: number, endpointName: string): string {
  return `${counted(added, 'key')} added to ${endpointName}${already(duplicates)}.`;
}

function already(duplicates: number): string {
  return duplicates === 0 ? '' : `; ${duplicates} ${duplicates === 1 ? 'was' : 'were'} there already`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
