import { expect, it } from 'vitest';
import { isTimeZone } from './time-zone';

it.each([
  ['America/Los_Angeles', true],
  ['UTC', true],
  ['europe/berlin', true],
  ['Mars/Base', false],
  ['', false],
  [' ', false],
])('tells whether "%s" is a time zone', (name, isOne) => {
  expect(isTimeZone(name)).toBe(isOne);
});
