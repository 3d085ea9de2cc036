/** Every command that manages a library takes another one than the usual. */
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { main } from './main';
import { recordingSink } from './testing/fixtures';
import { createVirtualClock } from './testing/virtual-clock';

const CWD = resolve('/work');

it.each(['runs list', 'runs show 3', 'library check', 'tokens list', 'keys list', 'endpoints list'])(
  '%s --library there',
  async (line) => {
    const asked: (string | undefined)[] = [];
    const open = async ({ libraryDir }: { readonly libraryDir?: string }) => {
      asked.push(libraryDir);
      return { kind: 'refused', sentence: 'not now' } as const;
    };
    const cannot = (): never => {
      throw new Error('not asked for');
    };
    const run = (argv: readonly string[]) =>
      main({
        argv,
        env: {},
        cwd: CWD,
        version: '1.2.3',
        streams: { out: recordingSink(), err: recordingSink() },
        clock: createVirtualClock(),
        onInterrupt: () => () => undefined,
        exitNow: () => undefined,
        input: { isTTY: false, readAll: cannot, askHidden: cannot },
        openEngine: cannot,
        openFleet: open,
        openRuns: open,
        openLibrary: open,
        openTokens: open,
        openServed: cannot,
        stream: { lines: cannot, open: cannot },
      });
    expect(await run([...line.split(' '), '--library', 'there'])).toBe(2);
    expect(await run(line.split(' '))).toBe(2);
    expect(asked).toEqual([resolve(CWD, 'there'), undefined]);
  },
);
