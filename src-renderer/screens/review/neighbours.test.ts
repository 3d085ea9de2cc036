import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { neighboursIn, useNeighbours } from './neighbours';

const width = window.innerWidth;
afterEach(() => {
  cleanup();
  Object.assign(window, { innerWidth: width });
});

it.each([
  [640, 7],
  [1280, 8],
  [1920, 12],
  [7680, 16],
])('%i pixels have room for %i on each side', (pixels, count) => {
  expect(neighboursIn(pixels)).toBe(count);
});

it('are more once the window is wider', () => {
  const { result } = renderHook(useNeighbours);
  expect(result.current).toBe(neighboursIn(width));
  act(() => {
    Object.assign(window, { innerWidth: 1920 });
    window.dispatchEvent(new Event('resize'));
  });
  expect(result.current).toBe(12);
});
