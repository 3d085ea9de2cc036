/** Test calls, a few at a time, and what is said of them. */
import { EXIT } from '../exit-codes';
import { testJson, type TestLine } from './fleet-json';
import { type FleetWork, say, sayJson } from './fleet-work';
import { keyName } from './key-words';
import { textTable } from './text-table';

/** Enough to be quick; a storm of calls from one address looks like an attack. */
const AT_ONCE = 8;

/** In the order of `items`. */
export async function testEach<T>(
  items: readonly T[],
  call: (item: T) => Promise<readonly TestLine[]>,
): Promise<readonly TestLine[]> {
  const answers: (readonly TestLine[])[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      const item = items[at];
      if (item !== undefined) {
        answers[at] = await call(item);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return answers.flat();
}

/** Answers the exit code: 1 when one of them failed. */
export function sayTests(work: FleetWork, lines: readonly TestLine[]): number {
  const failed = lines.filter(({ report }) => report.kind === 'failed').length;
  if (work.json) {
    sayJson(work, lines.map(testJson));
  } else {
    const rows = lines.map(({ endpointName, key, report }) => [
      report.kind === 'ok' ? 'ok' : 'FAILED',
      endpointName,
      key === null ? '-' : keyName(key),
      `${Math.round(report.latencyMs)} ms`,
      report.kind === 'ok' ? report.detail : `${report.failure.kind}: ${report.failure.message}`,
    ]);
    const head = ['RESULT', 'ENDPOINT', 'KEY', 'TIME', 'DETAIL'];
    say(work, `${textTable(head, rows)}${lines.length - failed} ok, ${failed} failed\n`);
  }
  return failed === 0 ? EXIT.done : EXIT.someFailed;
}
