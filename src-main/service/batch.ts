/** Sends the items of a batch and gathers their answers in the order of the items. */
import { type Planned, type Sending, type Sent, sendWish } from './send-wish';

export interface BatchProgress {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
}

export async function sendBatch(
  items: readonly Planned[],
  sending: Sending,
  onProgress: (progress: BatchProgress) => void = () => undefined,
): Promise<readonly Sent[]> {
  let successful = 0;
  let failed = 0;
  const tell = (): void => onProgress({ total: items.length, successful, failed });
  tell();
  return Promise.all(
    items.map(async (item) => {
      const sent = await sendWish(item, sending);
      if (sent.kind === 'done') {
        successful += 1;
      } else {
        failed += 1;
      }
      tell();
      return sent;
    }),
  );
}
