/** Brushfleet for programs: a batch or a stream of items, over the same pool, journal and limits as every other door. */
import { askItems, type ReadyItem, readyItem } from './ask-items';
import { untakenResult } from './item-result';
import { join, type Membership, type Place } from './membership';
import type { ProgramSession } from './program';
import { createStream, type OwnedStream } from './stream';
import type { Brushfleet, BrushfleetOptions, ItemResult, PromptItem } from './types';

export function brushfleetAt(place: Place, options: BrushfleetOptions = {}): Brushfleet {
  const streams: OwnedStream[] = [];
  let membership: Promise<Membership> | null = null;
  let batches: Promise<ProgramSession> | null = null;
  let closing: Promise<void> | null = null;

  /** One that failed is tried again: a key may have been set since. */
  function joined(): Promise<Membership> {
    if (closing !== null) {
      return Promise.reject(new Error('This Brushfleet is closed: create another.'));
    }
    if (membership === null) {
      membership = join(options, place);
      membership.catch(() => {
        membership = null;
      });
    }
    return membership;
  }

  function batchSession({ program, session }: Membership): Promise<ProgramSession> {
    if (batches === null) {
      batches = program.open({ ...session, name: 'batch' });
      batches.catch(() => {
        batches = null;
      });
    }
    return batches;
  }

  async function batch(items: readonly PromptItem[]): Promise<ItemResult[]> {
    const member = await joined();
    const session = await batchSession(member);
    const ready: ReadyItem[] = [];
    try {
      for (const item of items) {
        ready.push(await readyItem(item, member, options));
      }
    } catch (error) {
      // None of them is asked.
      await Promise.all(ready.map(({ forget }) => forget()));
      throw error;
    }
    const ends = await Promise.allSettled(askItems(session, ready));
    const [first] = ends;
    if (first?.status === 'rejected' && ends.every(({ status }) => status === 'rejected')) {
      throw first.reason;
    }
    // What is answered is paid for: what the library did not take beside it costs none of that.
    return ends.map((end, at) =>
      end.status === 'fulfilled' ? end.value : untakenResult(end.reason, ready[at]?.metadata ?? {}),
    );
  }

  async function close(): Promise<void> {
    const [session] = await Promise.allSettled([batches, ...streams.map((stream) => stream.end())]);
    if (session?.status === 'fulfilled') {
      await session.value?.close('drop');
    }
    const member = await membership?.catch(() => null);
    await member?.leave();
  }

  return {
    batch,
    stream(how = {}) {
      const name = `stream ${streams.length + 1}`;
      const stream = createStream({ join: joined, options: { ...options, ...how }, name });
      streams.push(stream);
      return stream;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
