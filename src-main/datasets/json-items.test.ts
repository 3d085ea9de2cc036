import fc from 'fast-check';
import { stringify } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { JsonArrayError, jsonItems } from './json-items';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) {
    yield text.slice(at, at + size);
  }
}

async function itemsOf(text: string, size = 3, maxChars = 1000): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of jsonItems(inPieces(text, size), maxChars)) {
    items.push(item);
  }
  return items;
}

describe('a JSON array as a stream', () => {
  it('is what JSON.parse makes of it, wherever its chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1),
        async (values, size, indent) => {
          const text = JSON.stringify(values, null, indent);
          // As text: whole numbers that no double holds keep their digits.
          expect(stringify(await itemsOf(text, size, Number.POSITIVE_INFINITY))).toBe(JSON.stringify(values));
        },
      ),
    );
  });

  it('is refused where JSON.parse refuses it, or it is no array', async () => {
    const isArray = (text: string): boolean => {
      try {
        return Array.isArray(JSON.parse(text));
      } catch {
        return false;
      }
    };
    const pieces = fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', ':', '1', ' ', '"a"', 'null', '"a":1');
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const text = parts.join('');
        const read = itemsOf(text);
        await (isArray(text)
          ? expect(read).resolves.toEqual(JSON.parse(text))
          : expect(read).rejects.toThrow(JsonArrayError));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the items before the fault', async () => {
    const items: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const item of jsonItems(inPieces('[1, 2, x]', 2), 100)) {
        items.push(item);
      }
    };
    await expect(read()).rejects.toMatchObject({ kind: 'not_json' });
    expect(items).toEqual([1, 2]);
  });

  it('whose item never ends is given up', async () => {
    await expect(itemsOf(`["${'x'.repeat(200)}`, 20, 100)).rejects.toMatchObject({ kind: 'too_long' });
  });
});
