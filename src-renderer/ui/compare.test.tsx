import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Compare } from './compare';

afterEach(cleanup);
const base = {
  before: ['a.png', 'b.png'],
  after: 'c.png',
  instead: 'no picture',
  isBlinking: false,
  alt: 'Row 1',
};

describe('compare', () => {
  it('uncovers the result right of the divider', () => {
    render(<Compare {...base} mode="slider" />);
    const slider = screen.getByRole('slider', { name: 'Divider between source and result' });
    fireEvent.change(slider, { target: { value: '30' } });
    expect(screen.getByAltText('Result of Row 1').style.clipPath).toBe('inset(0 0 0 30%)');
  });

  it('shows every source beside the result', () => {
    render(<Compare {...base} mode="side" />);
    expect(screen.getAllByRole('img').map((image) => image.getAttribute('src'))).toEqual([
      'a.png',
      'b.png',
      'c.png',
    ]);
  });

  it('shows the source alone while blinking', () => {
    render(<Compare {...base} isBlinking mode="result" />);
    expect(screen.getAllByRole('img').map((image) => image.getAttribute('src'))).toEqual(['a.png']);
  });

  it('says what stands in place of a missing result, and needs no source', () => {
    render(<Compare {...base} after={undefined} before={[]} mode="slider" />);
    expect(screen.getByText('no picture')).toBeTruthy();
    cleanup();
    render(<Compare {...base} before={[]} mode="slider" />);
    expect(screen.queryByRole('slider')).toBeNull();
    expect(screen.getByAltText('Result of Row 1')).toBeTruthy();
  });
});
