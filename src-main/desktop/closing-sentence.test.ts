import { expect, it } from 'vitest';
import { closingSentence } from './closing-sentence';

it.each([
  [{ runs: 1, inFlight: 1, waiting: 0 }, 'A run is under way: 1 request in flight, 0 jobs waiting.'],
  [{ runs: 2, inFlight: 16, waiting: 1 }, '2 runs are under way: 16 requests in flight, 1 job waiting.'],
  [{ runs: 0, inFlight: 2, waiting: 0 }, 'Brushfleet is still answering its callers: 2 requests in flight.'],
])('says what closing would cut short', (under, sentence) => {
  expect(closingSentence(under)).toBe(sentence);
});
