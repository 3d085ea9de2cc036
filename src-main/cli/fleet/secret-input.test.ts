import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type InputStream, InputTooLong, secretInput } from './secret-input';

/** A terminal whose keys are pressed by the test. */
class Terminal extends EventEmitter implements InputStream {
  readonly isTTY = true;
  readonly raw: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.raw.push(isRaw);
  }
  resume(): void {}
  pause(): void {}
  type(text: string): void {
    this.emit('data', Buffer.from(text));
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {}
}

function ask() {
  const terminal = new Terminal();
  const shown: string[] = [];
  const input = secretInput(terminal, { write: (text) => void shown.push(text) });
  return { terminal, shown, input };
}

describe('a key that is typed', () => {
  it('is never shown, can be corrected, and ends with Enter', async () => {
    const { terminal, shown, input } = ask();
    const answer = input.askHidden('Key: ');
    for (const press of ['sk-wrong', '\u0015', 'sk-onf', '\u007f', 'e', '\r']) {
      terminal.type(press);
    }
    expect(await answer).toBe('sk-one');
    expect(shown.join('')).toBe('Key: \n');
    expect(terminal.raw).toEqual([true, false]);
  });

  it.each(['\u0003', '\u0004'])('is given up with %j', async (press) => {
    const { terminal, input } = ask();
    const answer = input.askHidden('Key: ');
    terminal.type(press);
    expect(await answer).toBeNull();
    expect(terminal.raw.at(-1)).toBe(false);
  });

  it('may come with the next one in one paste', async () => {
    const { terminal, input } = ask();
    const first = input.askHidden('Key: ');
    terminal.type('sk-one\nsk-two\n');
    expect(await first).toBe('sk-one');
    expect(await input.askHidden('Key: ')).toBe('sk-two');
  });
});

describe('keys that are piped in', () => {
  async function* chunks(count: number, bytes: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at += 1) {
      yield new Uint8Array(bytes).fill(0x61);
    }
  }
  const piped = (count: number, bytes: number) => {
    const stream = Object.assign(chunks(count, bytes), {
      on: () => undefined,
      off: () => undefined,
      resume: () => undefined,
      pause: () => undefined,
    });
    return secretInput(stream, { write: () => undefined });
  };

  it('are read to the end', async () => {
    expect(await piped(3, 2).readAll()).toBe('aaaaaa');
  });

  it('are refused when they are far too many', async () => {
    await expect(piped(9, 1_000_000).readAll()).rejects.toBeInstanceOf(InputTooLong);
  });
});
