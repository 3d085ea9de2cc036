import { describe, expect, it } from 'vitest';
import { createMailbox } from './mailbox';

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const event of events) {
    read.push(event);
  }
  return read;
}

describe('a mailbox', () => {
  it('tells everything that was posted in order, then the end', async () => {
    const box = createMailbox<string>();
    const read = all(box.read());
    box.post('a');
    await Promise.resolve();
    box.post('b');
    box.post('c');
    box.end('end');
    box.post('late');
    expect(await read).toEqual(['a', 'b', 'c', 'end']);
  });

  it('keeps only the last of what passes, while nobody reads', async () => {
    const box = createMailbox<string>();
    for (let at = 0; at < 100_000; at += 1) {
      box.replace('progress', `progress ${at}`);
    }
    box.post('a note');
    box.end('end');
    expect(await all(box.read())).toEqual(['a note', 'progress 99999', 'end']);
  });

  it('does not grow without bound for a reader that does not read', async () => {
    const box = createMailbox<number>();
    for (let at = 0; at < 100_000; at += 1) {
      box.post(at);
    }
    box.end(-1);
    expect(await all(box.read())).toHaveLength(20_001);
  });

  it('says how much such a reader has missed', async () => {
    const box = createMailbox<string>((count) => `missed ${count}`);
    for (let at = 0; at < 20_005; at += 1) {
      box.post('job');
    }
    box.end('end');
    expect((await all(box.read())).slice(-3)).toEqual(['job', 'missed 5', 'end']);
  });

  it('fails its reader when what it waits for failed, after what was told before', async () => {
    const box = createMailbox<string>();
    box.post('a');
    box.fail(new Error('broken'));
    const events = box.read();
    expect(await events.next()).toEqual({ value: 'a', done: false });
    await expect(events.next()).rejects.toThrow('broken');
  });
});
