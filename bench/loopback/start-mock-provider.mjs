/** Starts mock-provider.mjs in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} MockStats
 * @property {number} requests
 * @property {number} answered
 * @property {number} inFlight
 * @property {number} peakInFlight
 * @property {number | null} firstRequestAt milliseconds since 1970
 * @property {number | null} lastAnswerAt milliseconds since 1970
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} connections
 * @property {number} cpuMs of the provider itself
 */

/**
 * @param {{ latencyMs?: number, pngBytes?: number }} [options] default 200 ms and 975,000 bytes
 * @returns {Promise<{ url: string, stats(): Promise<MockStats>, reset(): void, close(): Promise<MockStats> }>}
 */
export async function startMockProvider({ latencyMs = 200, pngBytes = 975_000 } = {}) {
  const child = fork(
    fileURLToPath(new URL('./mock-provider.mjs', import.meta.url)),
    ['--latency', String(latencyMs), '--bytes', String(pngBytes)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const [{ url }] = await once(child, 'message');

  /** @returns {Promise<MockStats>} */
  async function stats() {
    child.send({ kind: 'stats' });
    const [message] = await once(child, 'message');
    const { kind: _kind, ...figures } = message;
    return figures;
  }

  return {
    url,
    stats,
    reset: () => void child.send({ kind: 'reset' }),
    async close() {
      const last = await stats();
      const exited = once(child, 'exit');
      child.send({ kind: 'close' });
      await exited;
      return last;
    },
  };
}
