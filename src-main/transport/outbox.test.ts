import { setImmediate as turnEnd } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createOutbox } from './outbox';

function outboxAndSent() {
  const sent: (readonly string[])[] = [];
  return { outbox: createOutbox<string>((messages) => sent.push(messages)), sent };
}

describe('an outbox', () => {
  it('sends what was posted in one turn of the event loop as one message, in order', async () => {
    const { outbox, sent } = outboxAndSent();
    outbox.post('one');
    await Promise.resolve();
    outbox.post('two');
    expect(sent).toEqual([]);
    await turnEnd();
    expect(sent).toEqual([['one', 'two']]);
  });

  it('sends what is in a hurry before the turn ends, with all that waits', async () => {
    const { outbox, sent } = outboxAndSent();
    outbox.post('one');
    outbox.hurry('two');
    outbox.hurry('three');
    outbox.post('four');
    expect(sent).toEqual([]);
    await Promise.resolve();
    expect(sent).toEqual([['one', 'two', 'three', 'four']]);
    await turnEnd();
    expect(sent).toHaveLength(1);
  });

  it('hurries again after it was emptied', async () => {
    const { outbox, sent } = outboxAndSent();
    outbox.hurry('one');
    outbox.flush();
    outbox.hurry('two');
    await Promise.resolve();
    outbox.hurry('three');
    await Promise.resolve();
    expect(sent).toEqual([['one'], ['two'], ['three']]);
  });
});
