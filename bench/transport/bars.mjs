/**
 * The bars of bench:transport: medians over the rounds, each beside what it must reach.
 *
 * Two shares are told of each rate. The ideal is requests in flight over the provider's latency: no machine reaches it,
 * because an answer of 1.3 MB also takes time to arrive. The floor is a client that receives the same answers and drops
 * them, measured in the same run: what this machine allows. The share of the floor is always judged. The share of the
 * ideal is judged where the floor itself reaches its bar; elsewhere it is only told, for it says how fast the machine is.
 */

/** Beyond, others decide: figures are printed, and nothing is judged by them. */
const MOST_FOREIGN = 0.12;
const SHARES = { 16: 0.97, 64: 0.95 };
const LONGEST_DELAY_MS = 10;
const MOST_RSS_MB = 350;

/**
 * @param {{ measured: Record<string, any[]>, foreign: readonly number[], latencyMs: number, isCompiled: boolean,
 *   inFlights: readonly number[], print(line: string): void }} options
 * @returns {boolean} whether no bar was missed
 */
export function judge({ measured, foreign, latencyMs, isCompiled, inFlights, print }) {
  const missed = [];
  const figure = (name, field) => median((measured[name] ?? []).map((one) => one[field]));
  const line = (what, value, bar, isReached) => {
    print(`${what.padEnd(58)} ${value.padEnd(26)} ${bar}${isReached ? '' : '   MISSED'}`);
    if (!isReached) missed.push(what);
  };
  const atLeast = (what, value, bar, more = '') =>
    line(what, `${value.toFixed(3)}${more}`, `>= ${bar}`, value >= bar);
  const atMost = (what, value, bar, unit) =>
    line(what, `${value.toFixed(2)} ${unit}`, `<= ${bar} ${unit}`, value <= bar);

  const disk = figure('write', 'rate');
  print(
    `the disk alone takes ${disk.toFixed(0)} durable pictures a second; the mock is ${isCompiled ? 'compiled' : 'Node’s'}`,
  );
  for (const inFlight of inFlights) {
    const ideal = inFlight / (latencyMs / 1000);
    const floor = figure(`floor ${inFlight}`, 'rate');
    const rate = figure(`whole ${inFlight}`, 'rate');
    const whole = figure(`whole ${inFlight}`, 'wholeRate');
    const own = figure(`path ${inFlight}`, 'rate');
    const isJudgedByIdeal = SHARES[inFlight] !== undefined;
    print(
      `-- ${inFlight} in flight: ideal ${ideal.toFixed(0)}/s, receive and drop ${floor.toFixed(0)}/s, own path without files ${own.toFixed(0)}/s, all of it ${rate.toFixed(0)}/s (with start and end ${whole.toFixed(0)}/s)`,
    );
    if (isJudgedByIdeal) {
      const bar = SHARES[inFlight];
      const [least, whose] = disk < floor ? [disk, 'the disk alone'] : [floor, 'receive and drop itself'];
      if (least / ideal >= bar) {
        atLeast('share of the ideal rate', rate / ideal, bar);
      } else {
        print(
          `${'share of the ideal rate'.padEnd(58)} ${(rate / ideal).toFixed(3).padEnd(26)} not judged: ${whose} gets ${(least / ideal).toFixed(3)}, below ${bar}`,
        );
      }
      // What the disk cannot take is no fault of the program: then it is the disk's share that counts.
      atLeast(
        disk < floor ? 'share of what the disk takes' : 'share of receive and drop',
        rate / least,
        bar,
        disk < floor ? ` (${(rate / floor).toFixed(3)} of the floor)` : '',
      );
      atMost('event loop delay of main, p99', figure(`whole ${inFlight}`, 'delayMs'), LONGEST_DELAY_MS, 'ms');
    } else {
      atLeast(
        'share of receive and drop, with files',
        rate / Math.min(floor, disk),
        0.5,
        ` (${(rate / floor).toFixed(3)} of the floor)`,
      );
      atLeast('share of receive and drop, without files', own / floor, 0.7);
      atMost('peak memory of the process', figure(`whole ${inFlight}`, 'peakRssMb'), MOST_RSS_MB, 'MB');
    }
    const earlier = figure(`earlier ${inFlight}`, 'rate');
    if (Number.isFinite(earlier)) {
      const cpu = figure(`earlier ${inFlight}`, 'cpuMs') / figure(`whole ${inFlight}`, 'cpuMs');
      print(
        `   the earlier tool at its best ${earlier.toFixed(0)}/s: ${(rate / earlier).toFixed(1)} times as fast, ${cpu.toFixed(1)} times less CPU an answer`,
      );
    }
    const wrong = (measured[`whole ${inFlight}`] ?? []).flatMap((one) => one.wrong);
    line(
      'every picture under its own row',
      wrong.length === 0 ? 'yes' : wrong.slice(0, 3).join('; '),
      'yes',
      wrong.length === 0,
    );
  }
  cpuBars({ figure, atLeast, atMost, print, busy: inFlights.includes(64) ? 64 : (inFlights[0] ?? 64) });
  const others = median(foreign);
  print(
    `CPU of other programs and of the host’s other machines ${(others * 100).toFixed(0)} % of the machine${others > MOST_FOREIGN ? ': too much to judge by these figures; run again on a quiet machine' : ''}`,
  );
  return missed.length === 0 || others > MOST_FOREIGN;
}

/** CPU per answer, in milliseconds, against its parts and against the SDK's own way. */
function cpuBars({ figure, atLeast, atMost, print, busy }) {
  const parts = {
    'receive and drop': figure(`floor ${busy}`, 'cpuMs'),
    sha256: figure('sha256', 'cpuMs'),
    SDK: figure('sdk', 'cpuMs'),
    'write, flush, rename': figure('write', 'cpuMs'),
  };
  const own = figure(`whole ${busy}`, 'cpuMs');
  const path = figure(`path ${busy}`, 'cpuMs');
  const plain = figure('plain', 'cpuMs');
  const sum = Object.values(parts).reduce((all, one) => all + one, 0);
  const listed = Object.entries(parts).map(([name, ms]) => `${name} ${ms.toFixed(2)}`);
  print(
    `-- CPU ms an answer: ${listed.join(' + ')} = ${sum.toFixed(2)}; own path without files ${path.toFixed(2)}, all of it ${own.toFixed(2)}; plain SDK path ${plain.toFixed(2)}`,
  );
  atMost('CPU of all of it over its parts', own / sum, 1.7, 'x');
  atLeast('CPU of the SDK’s plain path over the own path', plain / path, 2.5);
  print(`   mock provider ${figure(`whole ${busy}`, 'providerCpuMs').toFixed(2)} ms an answer`);
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
