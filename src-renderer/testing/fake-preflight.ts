/** A check of rows that goes on in steps, as main's would, and finds two kinds of problems. */
import { AsyncIteratorClass } from '@orpc/client';
import type { PreflightReport } from '@shared/model/plan';

const STEPS = 4;
const STEP_MS = 5;
const BYTES_PER_ROW = 812_000;

export function fakePreflight(total: number): AsyncIteratorClass<PreflightReport, void, void> {
  let step = -1;
  return new AsyncIteratorClass<PreflightReport, void, void>(
    async () => {
      step += 1;
      if (step > STEPS) {
        return { done: true, value: undefined };
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      const checked = Math.round((total * step) / STEPS);
      return {
        done: false,
        value: {
          checked,
          total,
          inputBytes: checked * BYTES_PER_ROW,
          problems: checked < 17 ? [] : problemsUntil(checked),
          done: step === STEPS,
        },
      };
    },
    async () => undefined,
  );
}

function problemsUntil(checked: number): PreflightReport['problems'] {
  return [
    {
      message: 'The picture is not there.',
      count: Math.floor(checked / 17),
      rows: [16, 33, 50].filter((row) => row < checked),
    },
    { message: 'The picture is over 20 MB.', count: 1, rows: [4] },
  ];
}
