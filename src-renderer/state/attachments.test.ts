import { describe, expect, it } from 'vitest';
import {
  mediumOf,
  MOST_ATTACHMENTS,
  placeAmongMedium,
  takeFiles,
  takeResults,
  whyNotFiles,
  withFileMoved,
  withGrants,
} from './attachments';

const file = (name: string, type = '', size = 3) => {
  const made = new File(['abc'], name, { type });
  Object.defineProperty(made, 'size', { value: size });
  return made;
};
const grant = (name: string, isDirectory = false) => ({ token: `token of ${name}`, name, isDirectory });

describe('files that go along', () => {
  it.each([
    ['a.png', '', 'image'],
    ['A.JPEG', 'application/octet-stream', 'image'],
    ['x', 'audio/mpeg', 'audio'],
    ['talk.flac', '', 'audio'],
    ['clip.webm', '', 'video'],
    ['notes.txt', 'text/plain', null],
  ])('%s (%s) is %s', (name, type, medium) => {
    expect(mediumOf(name, type)).toBe(medium);
  });

  it('go by their grants once those are there, also two of one name', () => {
    const { files } = takeFiles([], [file('a.png'), file('b.mp4'), file('a.png')]);
    const granted = withGrants(files, [grant('a.png'), grant('b.mp4')]);
    expect(granted.map(({ source }) => source.kind)).toEqual(['file', 'file', 'bytes']);
    expect(withGrants(granted, [grant('a.png')]).map(({ source }) => source.kind)).toEqual([
      'file',
      'file',
      'file',
    ]);
  });

  it('are no folders', () => {
    const { files } = takeFiles([], [file('shots.mov')]);
    expect(withGrants(files, [grant('shots.mov', true)])).toEqual([]);
  });

  it('are so many at most, and it is said which were left out', () => {
    const many = Array.from({ length: MOST_ATTACHMENTS + 1 }, (_, at) => file(`${at}.png`));
    const { files, problems } = takeFiles([], many);
    expect(files).toHaveLength(MOST_ATTACHMENTS);
    expect(problems).toEqual([`“64.png” was left out: a request takes 64 files.`]);
  });

  it('that are results are taken once', () => {
    expect(takeResults(takeResults([], [1, 2]), [2, 3]).map(({ name }) => name)).toEqual([
      'result 1',
      'result 2',
      'result 3',
    ]);
  });

  it('that are large go by their grant or not at all', () => {
    const { files } = takeFiles([], [file('a.mp4', '', 300_000_000)]);
    expect(whyNotFiles(files)).toContain('too large to be pasted');
    expect(whyNotFiles(withGrants(files, [grant('a.mp4')]))).toBeNull();
  });

  it('count among their medium, wherever they stand', () => {
    const { files } = takeFiles([], [file('a.png'), file('b.mp3'), file('c.png')]);
    expect(files.map((_, at) => placeAmongMedium(files, at))).toEqual([1, 1, 2]);
    const moved = withFileMoved(files, 2, 0);
    expect(moved.map(({ name }) => name)).toEqual(['c.png', 'a.png', 'b.mp3']);
    expect(withFileMoved(files, 0, -1)).toBe(files);
  });
});
