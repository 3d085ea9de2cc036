/** Drawings of the demo endpoint, as SVG: the card that shows a prompt, captions, frames, snow. Pure. */
import { createHash } from 'node:crypto';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const FONTS = "Inter, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', 'DejaVu Sans', sans-serif";
const MAX_TEXT = 420;
const LETTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text as SVG may hold it: control characters out, markup escaped. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Breaks text into lines of at most `columns` characters; a longer word is cut. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    for (const piece of pieces(word, columns)) {
      const longer = line === '' ? piece : `${line} ${piece}`;
      if (lettersOf(longer).length <= columns) {
        line = longer;
      } else {
        lines.push(line);
        line = piece;
      }
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** What a reader counts as letters: an emoji is one, however it is put together. */
function lettersOf(text: string): readonly string[] {
  return Array.from(LETTERS.segment(text), ({ segment }) => segment);
}

function pieces(word: string, columns: number): readonly string[] {
  const letters = lettersOf(word);
  const count = Math.ceil(letters.length / columns);
  return Array.from({ length: count }, (_, n) => letters.slice(n * columns, (n + 1) * columns).join(''));
}

export interface CardOptions extends Size {
  readonly text: string;
  /** Several cards of one prompt differ by it. */
  readonly variant: number;
  /** Over a picture: only the veil and the words. */
  readonly overPicture: boolean;
}

/** A card with the prompt set in large type; its colours follow from the words. */
export function cardSvg(options: CardOptions): string {
  const { width, height } = options;
  const digest = createHash('sha256').update(`${options.variant}\n${options.text}`).digest();
  const ground = options.overPicture ? veil(options) : gradientGround(options, digest);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}${words(options)}</svg>`;
}

function veil({ width, height }: Size): string {
  return `<rect width="${width}" height="${height}" fill="#0b0d12" fill-opacity="0.46"/>`;
}

function gradientGround({ width, height }: Size, digest: Buffer): string {
  const at = (n: number): number => (digest[n % digest.length] ?? 0) / 255;
  const hue = at(0) * 360;
  const second = hue + 30 + at(1) * 70;
  const long = Math.max(width, height);
  const blobs = Array.from({ length: 5 }, (_, n) => {
    const x = (at(3 + n) * width).toFixed(0);
    const y = (at(9 + n) * height).toFixed(0);
    const radius = (long * (0.28 + at(15 + n) * 0.36)).toFixed(0);
    const tone = `hsl(${(second + n * 22).toFixed(0)} 82% ${56 + n * 4}%)`;
    const fade = `<radialGradient id="b${n}"><stop offset="0" stop-color="${tone}" stop-opacity="0.6"/><stop offset="1" stop-color="${tone}" stop-opacity="0"/></radialGradient>`;
    return `${fade}<circle cx="${x}" cy="${y}" r="${radius}" fill="url(#b${n})"/>`;
  }).join('');
  return `<defs>
    <linearGradient id="g" gradientTransform="rotate(${(20 + at(2) * 50).toFixed(0)})">
      <stop offset="0" stop-color="hsl(${hue.toFixed(0)} 64% 26%)"/>
      <stop offset="1" stop-color="hsl(${second.toFixed(0)} 72% 46%)"/>
    </linearGradient>
    <linearGradient id="shade" x2="0" y2="1"><stop offset="0.3" stop-color="#0b0d12" stop-opacity="0"/>
      <stop offset="1" stop-color="#0b0d12" stop-opacity="0.58"/></linearGradient>
  </defs>
  <rect width="${width}" height="${height}" fill="url(#g)"/>${blobs}
  ${rings(width, height, at)}<rect width="${width}" height="${height}" fill="url(#shade)"/>`;
}

function rings(width: number, height: number, at: (n: number) => number): string {
  const short = Math.min(width, height);
  const x = (width * (0.72 + at(21) * 0.2)).toFixed(0);
  const y = (height * (0.1 + at(22) * 0.16)).toFixed(0);
  return [0.1, 0.16, 0.23, 0.31]
    .map(
      (radius) =>
        `<circle cx="${x}" cy="${y}" r="${(short * radius).toFixed(0)}" fill="none" stroke="#fff" stroke-opacity="0.16" stroke-width="${(short / 360).toFixed(1)}"/>`,
    )
    .join('');
}

function words({ width, height, text }: CardOptions): string {
  const short = Math.min(width, height);
  const margin = short * 0.085;
  const letters = lettersOf(text.trim());
  const shown = letters.length > MAX_TEXT ? `${letters.slice(0, MAX_TEXT).join('')}…` : text.trim();
  const box = { width: width - 2 * margin, height: height * 0.6 };
  const { fontSize, lines } = fitText(
    shown === '' ? 'No prompt' : shown,
    box,
    Math.min(box.width, box.height) / 6.5,
  );
  const lineHeight = fontSize * 1.24;
  const first = height - margin - short * 0.06 - (lines.length - 1) * lineHeight;
  const set = lines
    .map(
      (line, n) =>
        `<tspan x="${margin.toFixed(1)}" y="${(first + n * lineHeight).toFixed(1)}">${escapeXml(line)}</tspan>`,
    )
    .join('');
  const small = Math.max(9, short * 0.022);
  const rule = (first - fontSize * 1.3).toFixed(1);
  return `<rect x="${margin.toFixed(1)}" y="${rule}" width="${(short * 0.09).toFixed(1)}" height="${Math.max(2, short / 150).toFixed(1)}" rx="1" fill="#fff" fill-opacity="0.9"/>
  <text font-family="${FONTS}" font-weight="600" font-size="${fontSize.toFixed(1)}" fill="#fff" letter-spacing="-0.01em">${set}</text>
  <text x="${margin.toFixed(1)}" y="${(height - margin * 0.62).toFixed(1)}" font-family="${FONTS}" font-size="${small.toFixed(1)}" fill="#fff" fill-opacity="0.72">Demo picture, ${width} x ${height}</text>`;
}

/** The largest type, from `largest` down, in which the text fits the box; letters are taken as 0.56 em wide. */
function fitText(text: string, box: Size, largest: number): { fontSize: number; lines: readonly string[] } {
  let fontSize = largest;
  for (;;) {
    const lines = wrapText(text, Math.max(4, Math.floor(box.width / (fontSize * 0.56))));
    if (lines.length * fontSize * 1.24 <= box.height || fontSize < 8) {
      return { fontSize, lines };
    }
    fontSize *= 0.9;
  }
}

/** A band at the foot of a picture with the caption in it. */
export function captionSvg({ width, height }: Size, text: string): string {
  const { fontSize, lines } = fitText(text, { width: width * 0.88, height: height * 0.24 }, height * 0.062);
  const lineHeight = fontSize * 1.24;
  const band = lines.length * lineHeight + fontSize * 1.1;
  const set = lines
    .map((line, n) => {
      const y = height - band + fontSize * 1.35 + n * lineHeight;
      return `<tspan x="${width / 2}" y="${y.toFixed(1)}">${escapeXml(line)}</tspan>`;
    })
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <rect y="${(height - band).toFixed(1)}" width="${width}" height="${band.toFixed(1)}" fill="#0b0d12" fill-opacity="0.72"/>
  <text text-anchor="middle" font-family="${FONTS}" font-weight="600" font-size="${fontSize.toFixed(1)}" fill="#fff">${set}</text></svg>`;
}

export function vignetteSvg({ width, height }: Size): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <defs><radialGradient id="v" cx="50%" cy="50%" r="72%"><stop offset="0.45" stop-color="#000" stop-opacity="0"/>
  <stop offset="1" stop-color="#000" stop-opacity="0.88"/></radialGradient></defs>
  <rect width="${width}" height="${height}" fill="url(#v)"/></svg>`;
}

export function frameSvg({ width, height }: Size, colour: string): string {
  const band = Math.round(Math.min(width, height) * 0.055);
  const inner = `M${band} ${band}V${height - band}H${width - band}V${band}Z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <path fill="${colour}" fill-rule="evenodd" d="M0 0H${width}V${height}H0Z${inner}"/>
  <path fill="none" stroke="#000" stroke-opacity="0.25" stroke-width="2" d="${inner}"/></svg>`;
}

/** Flakes on a golden-angle spiral, each a little off its place: evenly spread, yet no pattern shows. */
export function snowSvg({ width, height }: Size): string {
  const short = Math.min(width, height);
  const reach = Math.hypot(width, height) / 2;
  const count = 640;
  const scattered = (n: number, salt: number): number => (((n + 1) * salt) % 997) / 997;
  const flakes = Array.from({ length: count }, (_, n) => {
    const radius = reach * Math.sqrt((n + 0.5) / count);
    const angle = n * 2.399_963;
    const x = width / 2 + radius * Math.cos(angle) + (scattered(n, 367) - 0.5) * short * 0.09;
    const y = height / 2 + radius * Math.sin(angle) + (scattered(n, 631) - 0.5) * short * 0.09;
    const size = short * (0.0016 + 0.0075 * scattered(n, 541) ** 3);
    const opacity = 0.45 + 0.5 * scattered(n, 173);
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${size.toFixed(1)}" fill="#fff" fill-opacity="${opacity.toFixed(2)}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${flakes.join('')}</svg>`;
}
