/**
 * What the demo's text model says. It obeys a few words (`say "…"`, `count the words`, `uppercase`, `reverse`, `long
 * answer`, `say nothing`; of JSON `wrong shape` and `wrong shape once`) and really looks at what it is given, so that a
 * person sees what every screen does with an answer; the same question gets the same answer. Pure, but for reading
 * pictures.
 */
import sharp from 'sharp';
import type { Picture } from '../request';
import { fitted } from './fit-schema';
import { isStorySchema, tellStory } from './tell-story';
import { promptOf, type TextRequest } from './text-request';

const SENTENCES = [
  'The demo answers without a network and costs nothing.',
  'It repeats itself exactly, so that a test can rely on it.',
  'A real model would think about your words; this one counts them.',
  'What you see here travels the same way as an answer that is paid for.',
];

/** The answers asked for, the first one first. */
export async function say(request: TextRequest): Promise<readonly string[]> {
  const first = request.wantsJson ? await sayJson(request) : await sayWords(request);
  return Array.from({ length: request.count }, (_none, at) =>
    at === 0 || request.wantsJson ? first : `${first} (variant ${at + 1})`,
  );
}

async function sayWords(request: TextRequest): Promise<string> {
  const prompt = promptOf(request);
  const quoted = /\bsay ["“]([^"”]{1,2000})["”]/i.exec(prompt)?.[1];
  if (quoted !== undefined) {
    return quoted;
  }
  if (/\bsay nothing\b/i.test(prompt)) {
    return '';
  }
  if (/rewrite the (?:user's )?instruction/i.test(request.system)) {
    return improved(prompt);
  }
  const words = prompt.split(/\s+/).filter(Boolean);
  if (/\bcount the words\b/i.test(prompt)) {
    return `${words.length} words.`;
  }
  if (/\buppercase\b/i.test(prompt)) {
    return prompt.toUpperCase();
  }
  if (/\breverse\b/i.test(prompt)) {
    return words.toReversed().join(' ');
  }
  if (/\blong answer\b/i.test(prompt)) {
    return Array.from({ length: 36 }, (_none, at) => SENTENCES[at % SENTENCES.length]).join(' ');
  }
  const seen = (await Promise.all(request.media.map(described))).join(' ');
  return seen === '' ? `You said: ${prompt.trim()}\n\n${SENTENCES.slice(0, 2).join(' ')}` : seen;
}

async function sayJson(request: TextRequest): Promise<string> {
  const prompt = promptOf(request);
  const all = request.turns.map(({ text }) => text).join('\n');
  const isMended = request.turns.length > 1 && /\bwrong shape once\b/i.test(all);
  if (/\bwrong shape\b/i.test(all) && !isMended) {
    return JSON.stringify({ demo: 'This fits no schema that asks for anything.' });
  }
  const schema = request.schema ?? schemaInWords(request.system);
  if (schema !== null && isStorySchema(schema)) {
    return JSON.stringify(tellStory(prompt, voicesIn(`${request.system}\n${all}`)), null, 2);
  }
  const seen = (await Promise.all(request.media.map(described))).join(' ');
  return JSON.stringify(
    schema === null ? { answer: prompt } : fitted(schema, { words: seen === '' ? prompt : seen }),
  );
}

/** Where a provider keeps to no schema, it stands in the system prompt. */
function schemaInWords(system: string): Readonly<Record<string, unknown>> | null {
  const at = system.indexOf('{');
  const end = system.lastIndexOf('}');
  if (at < 0 || end < at) {
    return null;
  }
  try {
    return JSON.parse(system.slice(at, end + 1)) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

/** `voice_id_list: a, b`. */
function voicesIn(text: string): readonly string[] {
  const list = /voice_id_list\W+([\w ,"'-]+)/i.exec(text)?.[1] ?? '';
  return list.split(/[,\s"']+/).filter(Boolean);
}

function improved(instruction: string): string {
  const plain = instruction.trim().replace(/[.\s]+$/, '');
  return `${plain}, keeping everything else in the picture exactly as it is: the same framing, light and grain.`;
}

/** What can be told of a file without a model. */
async function described({ bytes, mimeType }: Picture): Promise<string> {
  if (!mimeType.startsWith('image/')) {
    const medium = mimeType.startsWith('video/') ? 'A video' : 'A sound';
    return `${medium} (${mimeType}) of ${bytes.byteLength} bytes.`;
  }
  try {
    const picture = sharp(bytes);
    const [{ width, height }, { channels, dominant }] = await Promise.all([
      picture.metadata(),
      picture.stats(),
    ]);
    const light =
      channels.slice(0, 3).reduce((sum, { mean }) => sum + mean, 0) / Math.min(3, channels.length);
    const shape = width === height ? 'square' : width > height ? 'landscape' : 'portrait';
    const hex = [dominant.r, dominant.g, dominant.b]
      .map((value) => value.toString(16).padStart(2, '0'))
      .join('');
    return `A ${light > 128 ? 'bright' : 'dark'} ${shape} picture of ${width} x ${height} pixels, mostly #${hex}.`;
  } catch {
    return `A file of ${bytes.byteLength} bytes that says it is ${mimeType}.`;
  }
}
