/** Where secrets come from: a pipe, or a person whose typing is not shown. */
import type { Sink } from '../streams';

export interface SecretInput {
  /** True: a person sits there. */
  readonly isTTY: boolean;
  /** Everything up to its end, as UTF-8. Throws InputTooLong. */
  readAll(): Promise<string>;
  /** One line that is not shown; null when the person gave up (Ctrl-C, Ctrl-D). */
  askHidden(question: string): Promise<string | null>;
}

export class InputTooLong extends Error {}

/** 2,000 of the longest keys there are. */
const MAX_BYTES = 8_000_000;

/** The part of a terminal's input stream that is used here. */
export interface InputStream extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export function secretInput(input: InputStream, err: Sink): SecretInput {
  return {
    isTTY: input.isTTY === true,
    async readAll() {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of input) {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) {
          throw new InputTooLong();
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString('utf8');
    },
    askHidden: (question) => askHidden(input, err, question),
  };
}

/** What was typed or pasted after Enter, for the next question. */
const typedAhead = new WeakMap<InputStream, string>();

function askHidden(input: InputStream, err: Sink, question: string): Promise<string | null> {
  err.write(question);
  const line = new HiddenLine();
  const ahead = typedAhead.get(input) ?? '';
  return new Promise((resolve) => {
    const end = (answer: string | null, rest: string): void => {
      input.off('data', onData);
      input.off('end', onEnd);
      input.setRawMode?.(false);
      input.pause();
      typedAhead.set(input, rest);
      err.write('\n');
      resolve(answer);
    };
    const take = (text: string): void => {
      const taken = line.take(text);
      if (taken !== null) {
        end(taken.answer, taken.rest);
      }
    };
    const decoder = new TextDecoder();
    const onData = (chunk: Uint8Array): void => take(decoder.decode(chunk, { stream: true }));
    const onEnd = (): void => end(null, '');
    // Raw: the terminal shows nothing of what comes.
    input.setRawMode?.(true);
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
    take(ahead);
  });
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';

/** A line that grows by what a terminal in raw mode sends. */
class HiddenLine {
  #text = '';

  /** The whole line and what came after it; null: it goes on. */
  take(chunk: string): { readonly answer: string | null; readonly rest: string } | null {
    const characters = Array.from(chunk);
    for (const [at, character] of characters.entries()) {
      const rest = characters.slice(at + 1).join('');
      switch (character) {
        case '\r':
        case '\n':
          return { answer: this.#text, rest: character === '\r' ? rest.replace(/^\n/, '') : rest };
        case CTRL_C:
          return { answer: null, rest: '' };
        case CTRL_D:
          return { answer: this.#text === '' ? null : this.#text, rest };
        case CTRL_U:
          this.#text = '';
          break;
        case '\u007f':
        case '\b':
          this.#text = Array.from(this.#text).slice(0, -1).join('');
          break;
        default:
          this.#text += character;
      }
    }
    return null;
  }
}
