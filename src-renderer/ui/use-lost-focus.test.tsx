import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { useLostFocus } from './use-lost-focus';

let lost: string[] = [];
const named = (name: string) => screen.getByRole('button', { name });

interface RowProps {
  readonly names: readonly string[];
  readonly off?: string;
}

function Row({ names, off }: RowProps) {
  const { onBlur, onFocus } = useLostFocus((held) => lost.push(held.textContent));
  return (
    <>
      <div onBlur={onBlur} onFocus={onFocus}>
        {names.map((name) => (
          <button disabled={name === off} key={name} type="button">
            {name}
          </button>
        ))}
      </div>
      <button type="button">elsewhere</button>
    </>
  );
}

describe('focus that is lost', () => {
  afterEach(() => {
    cleanup();
    lost = [];
  });

  it('finds another place once, and is not taken from elsewhere later', () => {
    const { rerender } = render(<Row names={['a', 'b']} />);
    act(() => named('b').focus());
    rerender(<Row names={['a']} />);
    expect(lost).toEqual(['b']);
    rerender(<Row names={['a', 'c']} />);
    expect(lost).toEqual(['b']);
  });

  it('is given up where somebody left a button that is switched off', () => {
    const { rerender } = render(<Row names={['a']} />);
    act(() => named('a').focus());
    rerender(<Row names={['a']} off="a" />);
    act(() => named('elsewhere').focus());
    act(() => named('elsewhere').blur());
    rerender(<Row names={['a']} />);
    expect(lost).toEqual([]);
    expect(document.activeElement).toBe(document.body);
  });
});
