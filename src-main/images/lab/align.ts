/**
 * Where an answer lies on its source. Models answer in sizes of their own: stretched, cut or widened to another ratio,
 * a few pixels off. Each such placement is tried coarsely on where the lines are; the best is made exact.
 */
import { phaseCorrelation, spectrumOf, type Spectrum } from './fourier';
import { boxMean, gradientOf, halved, magnitudeOf, type Mapping, type Plane, warped } from './plane';
import { refine } from './refine';
import { structureOf } from './structure';

const COARSE = 128;

export interface AlignInput {
  readonly source: Plane;
  readonly answer: Plane;
  /** 1 where the source may have been kept, 0 where it was edited. */
  readonly kept: Plane | null;
  /** Also much larger and smaller sections, as of a picture that was widened or cut. */
  readonly isWide: boolean;
  /** To a twentieth of a pixel of `source`; otherwise of the small copy that placements are told apart on. */
  readonly isPrecise: boolean;
}

export interface Aligned {
  /** Where the source's points lie in the answer. */
  readonly mapping: Mapping;
  /** How much of the structure the two share there, 0 to 1. */
  readonly structure: number;
  /** False: nothing told where it lies, and it was stretched over the source. */
  readonly isFound: boolean;
}

/** Sections of a picture that was widened or cut, by width; between them the refinement finds the way. */
const WIDE_SCALES = [0.5, 0.57, 0.65, 0.74, 0.85, 1.18, 1.35, 1.54, 1.75, 2];
/** As much structure leaves no doubt where the answer lies. */
const CERTAIN = 0.6;
/** With less, no placement stands out from the others, and none is taken for found. */
const FOUND = 0.12;
/** Placements made exact on the small copies, and of those on the larger ones. */
const MOST_TRIED = 4;
const MOST_REFINED = 1;
/** Tiles on the brink fall to either side: as much less structure is no proof against what least squares found. */
const BRINK = 0.04;
/** Longest sides of the copies on which placements are told apart, and made exact. */
const ROUGH_SIDE = 192;
const FINE_SIDE = 384;

interface Copies {
  readonly source: Plane;
  readonly answer: Plane;
  readonly kept: Plane | null;
  /** How often each was halved: exact, where a ratio of widths is not, because odd edges are cut. */
  readonly sourceHalvings: number;
  readonly answerHalvings: number;
}

export function align(input: AlignInput): Aligned {
  const whole = { ...input, sourceHalvings: 0, answerHalvings: 0 };
  const fine = reduced(whole, FINE_SIDE);
  const rough = reduced(fine, ROUGH_SIDE);
  const best = placed({ rough, fine, isWide: input.isWide });
  const mapping = between(best.mapping, fine, whole);
  if (!input.isPrecise || !best.isFound || fine.source === input.source) {
    return { ...best, mapping };
  }
  const coarsestSide = Math.min(fine.source.width, fine.source.height) * 1.5;
  return { ...best, mapping: refine({ ...input, start: mapping, coarsestSide }) ?? mapping };
}

/** Halved until no side is longer. */
function reduced(copies: Copies, longest: number): Copies {
  let { source, answer, kept, sourceHalvings, answerHalvings } = copies;
  for (; Math.max(source.width, source.height) > longest; sourceHalvings++) {
    source = halved(source);
    kept = kept === null ? null : halved(kept);
  }
  for (; Math.max(answer.width, answer.height) > longest; answerHalvings++) answer = halved(answer);
  return { source, answer, kept, sourceHalvings, answerHalvings };
}

/** The mapping between copies of one size, for copies of another. */
function between(mapping: Mapping, from: Copies, to: Copies): Mapping {
  const source = 2 ** (from.sourceHalvings - to.sourceHalvings);
  const answer = 2 ** (from.answerHalvings - to.answerHalvings);
  return {
    a: (mapping.a * answer) / source,
    b: mapping.b * answer,
    c: (mapping.c * answer) / source,
    d: mapping.d * answer,
  };
}

function placed({ rough, fine, isWide }: { rough: Copies; fine: Copies; isWide: boolean }): Aligned {
  const stretched = stretchedOver(rough);
  const near = tried(rough, nearScales(stretched));
  const isCertain = near.some(({ structure }) => structure >= CERTAIN);
  const all = !isWide || isCertain ? near : [...near, ...tried(rough, wideScales(stretched))];
  const promising = all
    .toSorted((one, other) => other.structure - one.structure)
    .slice(0, MOST_TRIED)
    .map((one) => exact(rough, one.mapping))
    .toSorted((one, other) => other.structure - one.structure)
    .slice(0, MOST_REFINED)
    .filter(({ structure }) => structure > FOUND)
    .map((one) => exact(fine, between(one.mapping, rough, fine)));
  const lost = { ...measuredAt(fine, stretchedOver(fine)), isFound: false };
  return promising.reduce((one, other) => (other.structure >= one.structure ? other : one), lost);
}

function stretchedOver({ source, answer }: Copies): Mapping {
  return { a: answer.width / source.width, b: 0, c: answer.height / source.height, d: 0 };
}

interface Scale {
  readonly a: number;
  readonly c: number;
}

/** Stretched to the source's ratio, or as wide, or as high, as the source. */
function nearScales({ a, c }: Mapping): readonly Scale[] {
  return Math.abs(a / c - 1) < 0.002
    ? [{ a, c }]
    : [
        { a, c },
        { a, c: a },
        { a: c, c },
      ];
}

function wideScales({ a, c }: Mapping): readonly Scale[] {
  return WIDE_SCALES.flatMap((factor) =>
    nearScales({ a: a * factor, b: 0, c: c * factor, d: 0 }).slice(0, 2),
  );
}

function measuredAt(input: Copies, mapping: Mapping): Aligned {
  const { width, height } = input.source;
  const seen = warped(input.answer, mapping, { width, height, outside: Number.NaN });
  return { mapping, structure: structureOf({ source: input.source, seen, kept: input.kept }), isFound: true };
}

function exact(fine: Copies, start: Mapping): Aligned {
  const rough = measuredAt(fine, start);
  const mapping = refine({ ...fine, start });
  if (mapping === null) return rough;
  const found = measuredAt(fine, mapping);
  return found.structure >= rough.structure - BRINK ? found : rough;
}

/** Each scale with the shift that phase correlation finds for it, and without any. */
function tried(input: Copies, scales: readonly Scale[]): readonly Aligned[] {
  const { source, answer } = input;
  const lines = coarseLines(source, { a: source.width / COARSE, b: 0, c: source.height / COARSE, d: 0 });
  return scales.flatMap(({ a, c }) => {
    const centred: Mapping = {
      a,
      b: (answer.width - a * source.width) / 2,
      c,
      d: (answer.height - c * source.height) / 2,
    };
    const shift = shiftBetween(lines, coarseLines(answer, onCoarse(centred, source)));
    const shifted: Mapping = {
      ...centred,
      b: centred.b - (shift.x * source.width * a) / COARSE,
      d: centred.d - (shift.y * source.height * c) / COARSE,
    };
    const isMoved = shift.x !== 0 || shift.y !== 0;
    return (isMoved ? [centred, shifted] : [centred]).map((mapping) => measuredAt(input, mapping));
  });
}

/** Coarse points in the answer. */
function onCoarse(mapping: Mapping, source: Plane): Mapping {
  return { ...mapping, a: (mapping.a * source.width) / COARSE, c: (mapping.c * source.height) / COARSE };
}

/** Where lines are, whatever their colour, without a border that would be a line itself. */
function coarseLines(plane: Plane, mapping: Mapping): Spectrum {
  const seen = warped(plane, mapping, { width: COARSE, height: COARSE, outside: Number.NaN });
  const mean = meanOf(seen);
  for (let at = 0; at < seen.data.length; at++) {
    if (Number.isNaN(seen.data[at])) seen.data[at] = mean;
  }
  const lines = boxMean(magnitudeOf(gradientOf(seen)), 1);
  const middle = meanOf(lines);
  for (let y = 0; y < COARSE; y++) {
    for (let x = 0; x < COARSE; x++) {
      const at = y * COARSE + x;
      lines.data[at] = ((lines.data[at] ?? 0) - middle) * hann(x) * hann(y);
    }
  }
  return spectrumOf(lines);
}

/** Hann's window: no jump where the plane is joined round its edges. */
function hann(at: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / COARSE);
}

function meanOf({ data }: Plane): number {
  let sum = 0;
  let count = 0;
  for (const value of data) {
    if (!Number.isNaN(value)) {
      sum += value;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** How far the second must move to lie on the first, coarse pixels. */
function shiftBetween(first: Spectrum, second: Spectrum): { x: number; y: number } {
  const { data } = phaseCorrelation(first, second);
  let best = 0;
  for (let at = 1; at < data.length; at++) {
    if ((data[at] ?? 0) > (data[best] ?? 0)) best = at;
  }
  const signed = (place: number): number => (place >= COARSE / 2 ? place - COARSE : place);
  return { x: signed(best % COARSE), y: signed(Math.floor(best / COARSE)) };
}
