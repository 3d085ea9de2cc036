import { describe, expect, it } from 'vitest';
import { shortReason } from './electron-path.mjs';
import { isBuilt, stampOf } from './freshness.mjs';
import { hasDisplay, pictureCount, windowArguments } from './start-plan.mjs';

describe('hasDisplay', () => {
  it('asks the environment on Linux only', () => {
    expect(hasDisplay('linux', {})).toBe(false);
    expect(hasDisplay('linux', { DISPLAY: '' })).toBe(false);
    expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
    expect(hasDisplay('linux', { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    expect(hasDisplay('darwin', {})).toBe(true);
    expect(hasDisplay('win32', {})).toBe(true);
  });
});

describe('windowArguments', () => {
  const plan = { rootDir: '/app', isRoot: false, isTestRuntime: false, env: { DISPLAY: ':0' }, extra: [] };
  it('keeps the sandbox for everybody but root', () => {
    expect(windowArguments(plan)).toEqual(['/app']);
    expect(windowArguments({ ...plan, isRoot: true })).toEqual(['--no-sandbox', '/app']);
  });
  it('passes on what the user added', () => {
    expect(windowArguments({ ...plan, extra: ['--lang=de'] })).toEqual(['/app', '--lang=de']);
  });
  it('tells the old runtime of a screen that is Wayland only', () => {
    const wayland = { ...plan, env: { WAYLAND_DISPLAY: 'wayland-0' } };
    expect(windowArguments({ ...wayland, isTestRuntime: true })).toContain('--ozone-platform=wayland');
    expect(windowArguments(wayland)).toEqual(['/app']);
  });
});

describe('pictureCount', () => {
  it('counts pictures only', () => {
    expect(pictureCount(['000000.png', '000001.webp', '000002.jpg', 'results.csv', '.tmp'])).toBe(3);
  });
});

describe('stampOf', () => {
  const a = { path: 'a.ts', sizeBytes: 1, mtimeMs: 1 };
  const b = { path: 'b.ts', sizeBytes: 2, mtimeMs: 2 };
  it('does not depend on the order', () => {
    expect(stampOf([a, b])).toBe(stampOf([b, a]));
  });
  it('changes with a time that went back, a size, or a file that is gone', () => {
    expect(stampOf([a, { ...b, mtimeMs: 1 }])).not.toBe(stampOf([a, b]));
    expect(stampOf([a, { ...b, sizeBytes: 3 }])).not.toBe(stampOf([a, b]));
    expect(stampOf([a])).not.toBe(stampOf([a, b]));
  });
  it('leaves tests aside', () => {
    expect([isBuilt('x.test.ts'), isBuilt('x.test.tsx'), isBuilt('x.ts')]).toEqual([false, false, true]);
  });
});

describe('shortReason', () => {
  it('is a code where there is one, else the first line', () => {
    expect(shortReason('TypeError: fetch failed\n  cause: Error: getaddrinfo ENOTFOUND host')).toBe(
      'ENOTFOUND',
    );
    expect(shortReason('no answer in 20 seconds')).toBe('no answer in 20 seconds');
    expect(shortReason('')).toBe('no reason given');
  });
});
