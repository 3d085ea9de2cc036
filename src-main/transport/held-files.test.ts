import { describe, expect, it } from 'vitest';
import type { CallContext, FileCalls, HeldFile } from '../providers/adapter';
import { callContext, endpoint } from '../providers/testing/calls';
import { createHeldFiles, type HoldRequest } from './held-files';
import type { OpenedMedia } from './open-media';

type Uploaded = Awaited<ReturnType<FileCalls['upload']>>;

/** A provider that says what it was asked; uploads end when the test says so. */
function fakeFiles(expiresAt?: number) {
  const log: string[] = [];
  const ends: ((answer: Uploaded) => void)[] = [];
  const signals: AbortSignal[] = [];
  const calls: FileCalls = {
    upload(_input, context) {
      log.push(`upload ${context.secret?.reveal() ?? ''}`);
      signals.push(context.signal);
      return new Promise((resolve) => ends.push(resolve));
    },
    async remove(name) {
      log.push(`remove ${name}`);
    },
  };
  const file = (name: string): HeldFile => ({
    name,
    uri: `https://x/${name}`,
    mimeType: 'video/mp4',
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  return {
    calls,
    log,
    signals,
    end: (at: number) => ends[at]?.({ kind: 'held', file: file(`files/${at}`) }),
    fail: (at: number) =>
      ends[at]?.({ kind: 'failed', failure: { kind: 'timeout', message: 'Too slow.', bodySent: true } }),
  };
}

const media = (path: string, modifiedMs = 1): OpenedMedia => ({
  part: { kind: 'media', medium: 'video', reference: path },
  input: {
    bytes: { sizeBytes: 9, read: () => Promise.resolve(0) },
    mimeType: 'video/mp4',
    fileName: 'v.mp4',
  },
  file: { path, sizeBytes: 9, modifiedMs },
});

const context = (key: string, signal?: AbortSignal): CallContext => {
  const made = callContext(endpoint('google_genai', 'http://127.0.0.1:1'), key);
  return signal === undefined ? made : { ...made, signal };
};

const request = (files: FileCalls, changes: Partial<HoldRequest> = {}): HoldRequest => ({
  files,
  keyId: 'k1',
  runId: 1,
  context: context('secret-one'),
  ...changes,
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what a provider holds', () => {
  it('is given to it once for all requests of one key that name the same file in the same state', async () => {
    const held = createHeldFiles(() => 0);
    const { calls, log, end } = fakeFiles();
    const both = [held.hold(media('/a'), request(calls)), held.hold(media('/a'), request(calls))];
    await settled();
    end(0);
    expect(await Promise.all(both)).toMatchObject([
      { file: { name: 'files/0' } },
      { file: { name: 'files/0' } },
    ]);
    expect(await held.hold(media('/a'), request(calls))).toMatchObject({ file: { name: 'files/0' } });
    const others = [
      held.hold(media('/b'), request(calls)),
      held.hold(media('/a', 2), request(calls)),
      held.hold(media('/a'), request(calls, { keyId: 'k2', context: context('secret-two') })),
    ];
    await settled();
    [1, 2, 3].forEach(end);
    await Promise.all(others);
    expect(log).toEqual(['upload secret-one', 'upload secret-one', 'upload secret-one', 'upload secret-two']);
  });

  it('is deleted when the last run that named it is over', async () => {
    const held = createHeldFiles(() => 0);
    const { calls, log, end } = fakeFiles();
    const both = [
      held.hold(media('/a'), request(calls)),
      held.hold(media('/a'), request(calls, { runId: 2 })),
    ];
    await settled();
    end(0);
    await Promise.all(both);
    held.runOver(1);
    await settled();
    expect(log).toEqual(['upload secret-one']);
    held.runOver(2);
    await settled();
    expect(log).toEqual(['upload secret-one', 'remove files/0']);
  });

  it('is deleted when its worker ends', async () => {
    const held = createHeldFiles(() => 0);
    const { calls, log, end } = fakeFiles();
    const one = held.hold(media('/a'), request(calls));
    await settled();
    end(0);
    await one;
    await held.close();
    expect(log).toEqual(['upload secret-one', 'remove files/0']);
  });

  it('is tried again after a failure, which says that no request was sent', async () => {
    const held = createHeldFiles(() => 0);
    const { calls, log, end, fail } = fakeFiles();
    const first = held.hold(media('/a'), request(calls));
    await settled();
    fail(0);
    expect(await first).toMatchObject({
      kind: 'failed',
      failure: { kind: 'timeout', message: 'Too slow.', bodySent: false },
    });
    const second = held.hold(media('/a'), request(calls));
    await settled();
    end(1);
    expect(await second).toMatchObject({ kind: 'held' });
    expect(log).toHaveLength(2);
  });

  it('goes on being given to it for others when one request is cut off', async () => {
    const held = createHeldFiles(() => 0);
    const { calls, end, signals } = fakeFiles();
    const cut = new AbortController();
    const first = held.hold(media('/a'), request(calls, { context: context('secret-one', cut.signal) }));
    const second = held.hold(media('/a'), request(calls));
    await settled();
    cut.abort();
    expect(await first).toMatchObject({ kind: 'failed', failure: { kind: 'network', bodySent: false } });
    expect(signals[0]?.aborted).toBe(false);
    end(0);
    expect(await second).toMatchObject({ kind: 'held' });
  });

  it('is given anew before the provider lets go of it, and let go when nobody named it for an hour', async () => {
    let now = 0;
    const held = createHeldFiles(() => now);
    const { calls, log, end } = fakeFiles(3_600_000);
    const hold = async (path: string, at: number): Promise<void> => {
      const one = held.hold(media(path), request(calls));
      await settled();
      end(at);
      const answer = await one;
      if (answer.kind === 'held') answer.release();
    };
    await hold('/a', 0);
    now = 3_500_000;
    await hold('/a', 1);
    expect(log).toEqual(['upload secret-one', 'upload secret-one']);
    now = 7_200_001;
    await hold('/b', 2);
    expect(log).toContain('remove files/1');
  });
});
