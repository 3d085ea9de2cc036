import { describe, expect, it } from 'vitest';
import { COLOURS, type Edit, parseInstruction } from './instruction';

const kinds = (instruction: string): readonly string[] =>
  parseInstruction(instruction).map(({ kind }) => kind);

describe('parseInstruction', () => {
  it.each<[string, Edit[]]>([
    ['Make it greyscale', [{ kind: 'greyscale' }]],
    ['Turn it into a black and white photograph', [{ kind: 'greyscale' }]],
    ['Blur the background', [{ kind: 'blur', sigma: 9 }]],
    ['Blur it slightly', [{ kind: 'blur', sigma: 3 }]],
    ['Rotate it', [{ kind: 'rotate', degrees: 90 }]],
    ['Rotate by 180 degrees', [{ kind: 'rotate', degrees: 180 }]],
    ['Rotate it 12° counter-clockwise', [{ kind: 'rotate', degrees: -12 }]],
    ['Flip it', [{ kind: 'flip' }]],
    ['Flip the picture horizontally', [{ kind: 'flop' }]],
    ['Mirror it', [{ kind: 'flop' }]],
    ['Invert the colours', [{ kind: 'invert' }]],
    ['Make it a negative', [{ kind: 'invert' }]],
    ['Make it brighter', [{ kind: 'modulate', brightness: 1.35, saturation: 1 }]],
    ['Darken it', [{ kind: 'modulate', brightness: 0.6, saturation: 1 }]],
    ['Sepia please', [{ kind: 'sepia' }]],
    ['Make it blue', [{ kind: 'tint', colour: COLOURS['blue'] ?? '' }]],
    ['Give it a teal tint', [{ kind: 'tint', colour: COLOURS['teal'] ?? '' }]],
    ['Add a gold frame', [{ kind: 'frame', colour: COLOURS['gold'] ?? '' }]],
    ['Add the caption "Make it blue"', [{ kind: 'caption', text: 'Make it blue' }]],
    ['Write “Hello, world” at the bottom', [{ kind: 'caption', text: 'Hello, world' }]],
  ])('reads "%s"', (instruction, edits) => {
    expect(parseInstruction(instruction)).toEqual(edits);
  });

  it('keeps the order of the instruction', () => {
    expect(kinds('Rotate it by 90 degrees, then make it greyscale and add the caption "North"')).toEqual([
      'rotate',
      'greyscale',
      'caption',
    ]);
    expect(kinds('Make it greyscale, then rotate it')).toEqual(['greyscale', 'rotate']);
  });

  it.each([
    'Add a red hat to the cat',
    'Change the background to a beach',
    'A futuristic city at sunset',
    'Say "blur" in another language',
    '',
  ])('finds no edit in "%s"', (instruction) => {
    expect(kinds(instruction)).toEqual([]);
  });
});
