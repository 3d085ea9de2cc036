import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Thumbnail, unreadableSource, UNSENT } from './unreadable';

it.each([
  [
    'images/lantern.jpg',
    '“images/lantern.jpg” cannot be read. Check that the file is there and is a picture, then rerun the row.',
  ],
  [
    'https://pictures.example/a.png',
    '“https://pictures.example/a.png” cannot be read. Check that the address answers with a picture, then rerun the row.',
  ],
  [
    'data:image/png;base64,AAAA',
    'The picture inside this row cannot be read. Correct its cell in the dataset, then rerun the row.',
  ],
])('says of %s which it is and what to do', (reference, sentence) => {
  expect(unreadableSource(reference)).toBe(sentence);
});

it('speaks of no rerun before there was a run', () => {
  expect(unreadableSource('a.png', UNSENT)).toMatch(/, else nothing is sent for this row\.$/);
});

it('puts a sign with its sentence where a small picture is broken, until it is another picture', () => {
  const { container, rerender } = render(<Thumbnail sentence="“a.png” cannot be read." src="a" />);
  fireEvent.error(container.querySelector('img') ?? document.body);
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByRole('img', { name: '“a.png” cannot be read.' }).title).toBe('“a.png” cannot be read.');
  rerender(<Thumbnail sentence="“b.png” cannot be read." src="b" />);
  expect(container.querySelector('img')?.getAttribute('src')).toBe('b');
});
