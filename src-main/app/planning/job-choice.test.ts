import type { RunOptions } from '@shared/model/run';
import { expect, it } from 'vitest';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { chosenJobs, jobChoice, widened } from './job-choice';

const A = { provider: 'openai', model: 'a' } as const;
const B = { provider: 'openai', model: 'b' } as const;
const RECIPE = { ...PICTURE_RECIPE, models: [A, B], variants: 2 };
/** Row 5 of model a, its second variant. */
const ONE = [{ ...A, variant: 1, rows: '5' }];

/** `model variant` of the jobs of a row that are wanted. */
function wanted(chosen: RunOptions['chosen'], row: number): string[] {
  const isChosen = jobChoice(chosen === undefined ? {} : { chosen });
  return [A, B].flatMap((model) =>
    [0, 1].flatMap((variant) => (isChosen({ row, model, variant }) ? [`${model.model} ${variant}`] : [])),
  );
}

it('takes the chosen jobs of a row, and no other', () => {
  expect(wanted(ONE, 5)).toEqual(['a 1']);
  expect(wanted(ONE, 4)).toEqual([]);
  expect(wanted(undefined, 4)).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
});

it('is not noted where it is all of the rows', () => {
  expect(chosenJobs(RECIPE, '5', () => '5')).toBeUndefined();
  expect(
    chosenJobs(RECIPE, '5', ({ model }, variant) => (model === 'a' && variant === 1 ? '5' : '')),
  ).toEqual(ONE);
});

it('takes in all jobs of rows that a command asks for', () => {
  const wider = widened({ recipe: RECIPE, options: { chosen: ONE } }, '7:9');
  expect(wanted(wider, 5)).toEqual(['a 1']);
  expect(wanted(wider, 8)).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
  expect(wanted(wider, 9)).toEqual([]);
  expect(widened({ recipe: RECIPE, options: { chosen: ONE } }, ' ')).toBeUndefined();
  expect(widened({ recipe: RECIPE, options: {} }, '7:9')).toBeUndefined();
});
