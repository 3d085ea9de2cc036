/** Draws and packs a mask at its full size, so that the window goes on meanwhile. */
import { encodeMask } from './mask-png';
import type { MaskAnswer, MaskOrder } from './mask-file';

self.addEventListener('message', (event: MessageEvent<MaskOrder>) => {
  const { document, size } = event.data;
  encodeMask(document, size).then(
    (bytes) => answer({ kind: 'made', bytes }, bytes === null ? [] : [bytes.buffer]),
    (error: unknown) =>
      answer({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }, []),
  );
});

function answer(said: MaskAnswer, transfer: Transferable[]): void {
  self.postMessage(said, { transfer });
}
