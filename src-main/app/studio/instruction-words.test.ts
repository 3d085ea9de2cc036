import { expect, it } from 'vitest';
import { spokenInstruction } from './instruction-words';

const subject = { role: 'subject' } as const;
const reference = { role: 'reference' } as const;

it('says no more than was written where there is nothing to tell apart', () => {
  expect(spokenInstruction('a {{cat}}', [], false)).toBe('a {{cat}}');
  expect(spokenInstruction('bluer', [subject], false)).toBe('bluer');
  expect(spokenInstruction('bluer', [], true)).toBe('bluer');
});

it('numbers the pictures as they are sent', () => {
  expect(spokenInstruction('bluer', [reference, subject], false)).toBe(
    'Image 1 is a reference.\nImage 2 is the subject: the picture to edit.\n\nbluer',
  );
  expect(spokenInstruction('like it', [{ role: 'style' }], false)).toBe(
    'Image 1 shows the style to follow.\n\nlike it',
  );
});

it('tells the picture to edit from others that are its equals', () => {
  expect(spokenInstruction('combine them', [subject, subject], false)).toBe(
    'Image 1 is the subject: the picture to edit.\nImage 2 is another subject.\n\ncombine them',
  );
  expect(spokenInstruction('combine them', [subject], true)).toBe(
    'Your last picture is the subject.\nImage 1 is another subject.\n\ncombine them',
  );
});

it('tells a conversation of its own last picture, which is not sent again', () => {
  expect(spokenInstruction('like it', [reference], true)).toBe(
    'Your last picture is the subject.\nImage 1 is a reference.\n\nlike it',
  );
});
