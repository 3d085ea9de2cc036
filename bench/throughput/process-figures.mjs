/** CPU time and memory of a running process, read from /proc (Linux; not a number elsewhere), and of the whole machine. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import process from 'node:process';

/** Of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Null: the process has ended, or there is no /proc.
 * @param {number} pid
 */
export function processFigures(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peakKb === undefined
      ? null
      : {
          cpuMs: ((Number(user) + Number(system)) * 1000) / TICKS_PER_SECOND,
          peakRssMb: Number(peakKb) / 1024,
        };
  } catch {
    return null;
  }
}

/**
 * What everybody but this process took, `except` milliseconds of CPU taken off: other programs of this machine, and, where
 * it is a virtual one, its host for others. A share of all cores.
 */
export function watchMachine() {
  const before = machineBusyMs() - ownCpuMs();
  const startedAt = performance.now();
  return {
    /** @param {number} exceptMs */
    foreignShare(exceptMs) {
      const busyMs = machineBusyMs() - ownCpuMs() - before - exceptMs;
      return Math.max(0, busyMs) / (performance.now() - startedAt) / cpus().length;
    },
  };
}

/** @param {number} pid */
export function watchProcess(pid) {
  let cpuMs = Number.NaN;
  let peakRssMb = 0;
  const startedAt = performance.now();
  const machineBefore = machineBusyMs();
  const ownBefore = ownCpuMs();
  const timer = setInterval(look, 50);

  function look() {
    const figures = processFigures(pid);
    cpuMs = figures?.cpuMs ?? cpuMs;
    peakRssMb = figures?.peakRssMb ?? peakRssMb;
  }

  return {
    end() {
      clearInterval(timer);
      const busyMs = machineBusyMs() - machineBefore - (ownCpuMs() - ownBefore);
      return { cpuMs, peakRssMb, busyMs, elapsedMs: performance.now() - startedAt };
    },
  };
}

/** Of all cores together, since the machine started; what its host kept from it counts. */
function machineBusyMs() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, stolenMs());
}

/** What the host of a virtual machine gave to others while this one had work, of all cores together. 0 without a /proc. */
export function stolenMs() {
  try {
    // proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    const stolen = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/)[8];
    return (Number(stolen ?? 0) * 1000) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

function ownCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
