/** Pictures of a list that rushes past: fetched by those that are still there when it has come to rest. */
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMotion, HasteContext, type Motion, useMayFetch } from './haste';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function Picture() {
  return useMayFetch() ? <img alt="" src="about:blank" /> : <p>later</p>;
}

function List({ motion, count }: { readonly motion: Motion; readonly count: number }) {
  return (
    <HasteContext value={motion}>
      {Array.from({ length: count }, (_, at) => (
        <Picture key={at} />
      ))}
    </HasteContext>
  );
}

const fetched = () => document.querySelectorAll('img').length;
const pass = (ms: number): void =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

/** `frames` steps of as many pixels each, one in 16 ms. */
function scroll(motion: Motion, pixels: number, frames = 3): void {
  for (let frame = 0; frame < frames; frame += 1) {
    motion.moved(frame * pixels, 1000 + frame * 16);
  }
}

it('fetches at once while the list stands still, is read, or jumps', () => {
  const motion = createMotion();
  scroll(motion, 60);
  expect(motion.isRushing).toBe(false);
  const jumped = createMotion();
  jumped.moved(0, 0);
  jumped.moved(900, 5000);
  expect(jumped.isRushing).toBe(false);
  render(<List count={3} motion={motion} />);
  expect(fetched()).toBe(3);
});

it('waits while it rushes, then fetches what is there, some in each frame', () => {
  const motion = createMotion();
  scroll(motion, 400);
  const { rerender } = render(<List count={40} motion={motion} />);
  pass(119);
  expect(fetched()).toBe(0);
  rerender(<List count={30} motion={motion} />);
  pass(1);
  expect(fetched()).toBe(12);
  pass(32);
  expect(fetched()).toBe(30);
  expect(motion.isRushing).toBe(false);
});

it('begins anew to wait with every step that rushes, and keeps what was fetched', () => {
  const motion = createMotion();
  const { rerender } = render(<List count={2} motion={motion} />);
  scroll(motion, 400);
  rerender(<List count={5} motion={motion} />);
  pass(100);
  motion.moved(5000, 1060);
  pass(100);
  expect(fetched()).toBe(2);
  pass(20);
  expect(fetched()).toBe(5);
});

it('also tells who asks only when it has become calm', () => {
  const motion = createMotion();
  const told = vi.fn();
  motion.whenCalm(told);
  pass(0);
  expect(told).toHaveBeenCalledOnce();
});

it('fetches where there is no list around', () => {
  render(<Picture />);
  expect(fetched()).toBe(1);
});
