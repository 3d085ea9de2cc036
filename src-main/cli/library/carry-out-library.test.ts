import { describe, expect, it } from 'vitest';
import { Refusal } from '../../refusal';
import type { LibraryCliRequest } from '../cli-request';
import { recordingSink } from '../testing/fixtures';
import { carryOutLibrary } from './carry-out-library';
import type { CliLibrary } from './library-port';

async function invoke(act: LibraryCliRequest['act'], library: Partial<CliLibrary>, json = false) {
  const out = recordingSink();
  const whole: CliLibrary = {
    check: async () => null,
    restore: async () => 'Restored.',
    close: async () => undefined,
    ...library,
  };
  const end = await carryOutLibrary({ library: whole, json, streams: { out, err: recordingSink() } }, act);
  return { end, out: out.text };
}

describe('library check', () => {
  it('a sound database: exit 0', async () => {
    expect(await invoke('check', {})).toEqual({
      end: { kind: 'done', exitCode: 0 },
      out: 'The database is sound.\n',
    });
    expect(JSON.parse((await invoke('check', {}, true)).out)).toEqual({ sound: true, damage: null });
  });

  it('a damaged one: what is wrong, exit 1', async () => {
    const check = async (): Promise<string> => 'brushfleet.db is damaged.';
    expect(await invoke('check', { check })).toEqual({
      end: { kind: 'done', exitCode: 1 },
      out: 'brushfleet.db is damaged.\n',
    });
    expect(JSON.parse((await invoke('check', { check }, true)).out)).toEqual({
      sound: false,
      damage: 'brushfleet.db is damaged.',
    });
  });
});

describe('library restore', () => {
  it('says what was put in place', async () => {
    expect(await invoke('restore', {})).toEqual({ end: { kind: 'done', exitCode: 0 }, out: 'Restored.\n' });
  });

  it('without a backup: refused', async () => {
    const restore = async (): Promise<string> => {
      throw new Refusal('NOT_FOUND', 'There is no backup.');
    };
    expect((await invoke('restore', { restore })).end).toEqual({
      kind: 'refused',
      sentence: 'There is no backup.',
    });
  });
});
