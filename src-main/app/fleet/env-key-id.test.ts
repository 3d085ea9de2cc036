import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../providers/secret';
import { createEnvKeyIds } from './env-key-id';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-salt-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const KEY = new Secret('sk-environment-0001');

it('is the same in every process with this library, and tells keys apart', () => {
  const idOf = createEnvKeyIds(dir);
  expect(idOf(KEY)).toMatch(/^env-[0-9a-f]{16}$/);
  expect(idOf(new Secret('sk-environment-0002'))).not.toBe(idOf(KEY));
  expect(createEnvKeyIds(dir)(KEY)).toBe(idOf(KEY));
});

it('is another in another library, and the salt is for its owner alone', () => {
  const other = mkdtempSync(join(tmpdir(), 'brushfleet-salt-'));
  expect(createEnvKeyIds(other)(KEY)).not.toBe(createEnvKeyIds(dir)(KEY));
  rmSync(other, { recursive: true });
  if (process.platform !== 'win32') {
    expect(statSync(join(dir, 'key-id.salt')).mode & 0o777).toBe(0o600);
  }
  expect(readFileSync(join(dir, 'key-id.salt')).includes('environment')).toBe(false);
});

it('survives a salt that was cut off', () => {
  const before = createEnvKeyIds(dir)(KEY);
  truncateSync(join(dir, 'key-id.salt'), 5);
  const after = createEnvKeyIds(dir)(KEY);
  expect(after).not.toBe(before);
  expect(createEnvKeyIds(dir)(KEY)).toBe(after);
});
