/** What a stage does to its process: memory at its highest, and how long the main thread was away. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { atMost, type Figure } from '../pool/figures';

/** Linux tells the peak itself, in kilobytes. */
export const peakRssMb = (): number => process.resourceUsage().maxRSS / 1024;

export const RSS_BAR_MB = 350;
const BLOCK_BAR_MS = 50;

/** Of one piece of work. */
export async function withBlocks<T>(name: string, work: () => Promise<T>): Promise<[T, Figure]> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const answer = await work();
  delays.disable();
  return [answer, atMost(`longest block of the main thread, ${name}, ms`, delays.max / 1e6, BLOCK_BAR_MS, 0)];
}

export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const from = performance.now();
  const answer = await work();
  return [answer, performance.now() - from];
}

/** Of all threads: what other programs take away does not count. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export const wallNow = (): number => performance.timeOrigin + performance.now();
