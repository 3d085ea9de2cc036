/** Which edits the words of an instruction name. Pure: the demo endpoint understands these words and no others. */

export type Edit =
  | { readonly kind: 'greyscale' }
  | { readonly kind: 'sepia' }
  | { readonly kind: 'invert' }
  | { readonly kind: 'flip' }
  | { readonly kind: 'flop' }
  | { readonly kind: 'sketch' }
  | { readonly kind: 'vignette' }
  | { readonly kind: 'night' }
  | { readonly kind: 'snow' }
  | { readonly kind: 'sharpen' }
  | { readonly kind: 'pixelate' }
  | { readonly kind: 'blur'; readonly sigma: number }
  /** Clockwise. */
  | { readonly kind: 'rotate'; readonly degrees: number }
  | { readonly kind: 'tint'; readonly colour: string }
  | { readonly kind: 'frame'; readonly colour: string }
  /** 1 leaves a picture as it is. */
  | { readonly kind: 'modulate'; readonly brightness: number; readonly saturation: number }
  /** Above 0 towards orange, below towards blue. */
  | { readonly kind: 'warmth'; readonly amount: number }
  | { readonly kind: 'caption'; readonly text: string };

/** Named colours, chosen so that a tint is seen at a glance. */
export const COLOURS: Readonly<Record<string, string>> = {
  red: '#e5382c',
  orange: '#f08a24',
  amber: '#f2a516',
  yellow: '#f5cf1b',
  gold: '#d9a522',
  golden: '#d9a522',
  green: '#2f9e4f',
  olive: '#84903a',
  teal: '#128c8c',
  turquoise: '#25b9b2',
  cyan: '#22b8d6',
  blue: '#2b6fe0',
  navy: '#1f3a7a',
  indigo: '#4b3fc0',
  purple: '#8a3fc0',
  violet: '#7f4bd8',
  magenta: '#d02fa8',
  pink: '#ef7fae',
  brown: '#8a5a33',
  black: '#101114',
  white: '#fdfdfb',
  grey: '#8b9097',
  gray: '#8b9097',
};

const COLOUR = `(${Object.keys(COLOURS).join('|')})`;

interface Word {
  readonly pattern: RegExp;
  readonly edit: (match: RegExpExecArray, instruction: string) => Edit;
}

const WORDS: readonly Word[] = [
  {
    pattern: /gr[ae]y-?scale|black[ -]and[ -]white|monochrome|desaturat/,
    edit: () => ({ kind: 'greyscale' }),
  },
  { pattern: /\bsepia\b|\bvintage\b/, edit: () => ({ kind: 'sepia' }) },
  { pattern: /\binvert|\bnegative\b/, edit: () => ({ kind: 'invert' }) },
  {
    pattern: /\bmirror|\bflop\b|flip\w*(?: \w+){0,3} (?:horizontally|sideways)/,
    edit: () => ({ kind: 'flop' }),
  },
  { pattern: /\bflip(?!\w*(?: \w+){0,3} (?:horizontally|sideways))/, edit: () => ({ kind: 'flip' }) },
  { pattern: /\bsketch|pencil drawing|line drawing/, edit: () => ({ kind: 'sketch' }) },
  { pattern: /\bvignette/, edit: () => ({ kind: 'vignette' }) },
  { pattern: /\bnight\b/, edit: () => ({ kind: 'night' }) },
  { pattern: /\bsnow(?:fall|ing)?\b/, edit: () => ({ kind: 'snow' }) },
  { pattern: /\bsharp(?:en|er)\b/, edit: () => ({ kind: 'sharpen' }) },
  { pattern: /\bpixelate|\bpixel art|\bmosaic\b/, edit: () => ({ kind: 'pixelate' }) },
  { pattern: /\bblur/, edit: (_match, instruction) => ({ kind: 'blur', sigma: blurSigma(instruction) }) },
  { pattern: /upside[ -]down/, edit: () => ({ kind: 'rotate', degrees: 180 }) },
  { pattern: /\brotat\w*|\bturn\b[^.;]*?°/, edit: (match, text) => rotation(text.slice(match.index)) },
  { pattern: /\bbright(?:er|en)|\blighten|\blighter/, edit: () => modulated(1.35, 1) },
  { pattern: /\bdark(?:er|en)/, edit: () => modulated(0.6, 1) },
  { pattern: /\bvivid|\bsaturat|more colou?rful/, edit: () => modulated(1.04, 1.8) },
  { pattern: /\bmute|\bfaded?\b|\bpastel/, edit: () => modulated(1.08, 0.45) },
  {
    pattern: /\bwarm(?:er|th)?\b|golden hour|\bsunset light/,
    edit: () => ({ kind: 'warmth', amount: 0.22 }),
  },
  { pattern: /\bcool(?:er)?\b|\bcold(?:er)?\b/, edit: () => ({ kind: 'warmth', amount: -0.22 }) },
  {
    pattern: new RegExp(`(?:${COLOUR} )?\\b(?:frame|border)\\b`),
    edit: (match) => ({ kind: 'frame', colour: colour(match[1] ?? 'white') }),
  },
  {
    pattern: new RegExp(
      `\\b(?:tint|tone|colou?r|turn|make|paint|dye|wash|change)\\w*\\b(?:(?!\\b(?:frame|border)\\b)[^.;,])*?(?<!black[ -]and[ -])\\b${COLOUR}\\b` +
        `(?! (?:frame|border|and white)| (?:hat|scarf|hour))|\\b${COLOUR} (?:tint|tone|wash|filter|light)\\b`,
    ),
    edit: (match) => ({ kind: 'tint', colour: colour(match[1] ?? match[2] ?? 'blue') }),
  },
];

const QUOTED = /["“”«]([^"“”«»]{1,200})["“”»]|'([^']{1,200})'(?!\w)/;
const WRITES = /\b(?:caption|text|title|label|headline|words?|write|says|saying|sign)\b/;

/** The edits in the order the instruction names them; empty when it names none. */
export function parseInstruction(instruction: string): readonly Edit[] {
  const quoted = QUOTED.exec(instruction);
  // What is to be written must not be read as an order.
  const plain = (quoted === null ? instruction : blankOut(instruction, quoted)).toLowerCase();
  const found = WORDS.flatMap(({ pattern, edit }) => {
    const match = pattern.exec(plain);
    return match === null ? [] : [{ at: match.index, edit: edit(match, plain) }];
  });
  const caption = quoted?.[1] ?? quoted?.[2];
  if (quoted !== null && caption !== undefined && WRITES.test(plain)) {
    found.push({ at: quoted.index, edit: { kind: 'caption', text: caption.trim() } });
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ edit }) => edit);
}

function blankOut(text: string, match: RegExpExecArray): string {
  return text.slice(0, match.index) + ' '.repeat(match[0].length) + text.slice(match.index + match[0].length);
}

function blurSigma(instruction: string): number {
  if (/slight|soft|a little/.test(instruction)) {
    return 3;
  }
  return /strong|heav|very|lot/.test(instruction) ? 20 : 9;
}

function rotation(text: string): Edit {
  const degrees = Number(/(-?\d{1,4}(?:\.\d+)?)\s*(?:°|deg)/.exec(text)?.[1] ?? 90);
  const turns = /counter|anti-?clockwise|to the left/.test(text) ? -degrees : degrees;
  return { kind: 'rotate', degrees: turns % 360 };
}

function modulated(brightness: number, saturation: number): Edit {
  return { kind: 'modulate', brightness, saturation };
}

function colour(name: string): string {
  return COLOURS[name] ?? '#888888';
}
