/** Starts provider.mjs in a process of its own and follows its ledger. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('./provider.mjs').LedgerEntry} LedgerEntry
 */

/**
 * @param {{ seed?: number, leastMs?: number, mostMs?: number }} [options] default 50 to 300 ms
 * @returns {Promise<{ url: string, ledger(): Promise<LedgerEntry[]>, close(): Promise<void> }>}
 */
export async function startProvider({ seed = 1, leastMs = 50, mostMs = 300 } = {}) {
  const argv = ['--seed', String(seed), '--least', String(leastMs), '--most', String(mostMs)];
  const child = fork(fileURLToPath(new URL('./provider.mjs', import.meta.url)), argv, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ url }] = await once(child, 'message');
  return {
    url,
    async ledger() {
      child.send({ kind: 'ledger' });
      const [{ entries }] = await once(child, 'message');
      return entries;
    },
    async close() {
      const gone = once(child, 'exit');
      child.send({ kind: 'close' });
      await gone;
    },
  };
}
