import { describe, expect, it } from 'vitest';
import { labelled } from './add-keys-dialog';
import { parseKeys, tailOf } from './parse-keys';

const A = 'AIzaSyAAAAAAAAAAAA1111';
const B = 'sk-proj-BBBBBBBBBB2222';

describe('pasted keys', () => {
  it('reads lines, commas, semicolons and blanks alike', () => {
    expect(parseKeys(`${A}\n${B}`).keys).toHaveLength(2);
    expect(parseKeys(`${A}, ${B}`).keys).toHaveLength(2);
    expect(parseKeys(`${A};${B}\n\n  \n`).keys).toHaveLength(2);
  });

  it('takes a key once and says which lines it left out', () => {
    const { keys, doubles } = parseKeys(`${A}\n${B}\n${A}\n"${B}"`);
    expect(keys.map((key) => key.secret)).toEqual([A, B]);
    expect(doubles).toEqual([
      { line: 3, firstLine: 1, secret: A },
      { line: 4, firstLine: 2, secret: B },
    ]);
  });

  it('takes labels from NAME=key and export lines, skips comments, strips quotes', () => {
    const { keys } = parseKeys(`# mine\nexport GEMINI_API_KEY="${A}"\nstudio: ${B}`);
    expect(keys).toEqual([
      { label: 'GEMINI_API_KEY', secret: A },
      { label: 'studio', secret: B },
    ]);
  });

  it('numbers several keys of one name, but not one key given twice', () => {
    expect(parseKeys(`KEYS=${A},${B}`).keys.map((key) => key.label)).toEqual(['KEYS 1', 'KEYS 2']);
    expect(parseKeys(`KEYS=${A},${A}`).keys.map((key) => key.label)).toEqual(['KEYS']);
  });

  it.each([
    [`team-a,${A}`, 'team-a', A],
    [`"team a";"${B}"`, 'team a', B],
    [`gemini-project-studio-12\t${A}`, 'gemini-project-studio-12', A],
  ])('takes the label of %j', (line, label, secret) => {
    expect(parseKeys(line).keys).toEqual([{ label, secret }]);
  });

  it('skips the heading of a table, and takes two keys on a line as two keys', () => {
    expect(parseKeys(`label,key\nteam,${A}`).keys).toEqual([{ label: 'team', secret: A }]);
    expect(parseKeys(`${A},${B}`).keys.map((key) => key.secret)).toEqual([A, B]);
  });

  it('names the lines that hold words or an address', () => {
    const { keys, doubtfulLines } = parseKeys(`${A}\nthis is not a key\nhttps://relay.example/v1\n${B}`);
    expect(doubtfulLines).toEqual([2, 3]);
    expect(keys.map(({ secret }) => secret)).toContain('https://relay.example/v1');
    expect(parseKeys(`studio: ${A}\nteam,${B}`).doubtfulLines).toEqual([]);
  });

  it('finds nothing in blank text', () => {
    expect(parseKeys(' \n,, ;')).toEqual({ keys: [], doubles: [], doubtfulLines: [] });
  });

  it('shows the tail of a long key and none of a short one', () => {
    expect(tailOf(A)).toBe('1111');
    expect(tailOf('abcd1234')).toBe('');
  });
});

describe('labels', () => {
  const keys = [
    { label: '', secret: A },
    { label: 'own', secret: B },
  ];
  it('keeps a key’s own and numbers the others', () => {
    expect(labelled(keys, 'team', 3).map((key) => key.label)).toEqual(['team 3', 'own']);
    expect(labelled(keys, '', 1).map((key) => key.label)).toEqual(['key 1', 'own']);
    expect(labelled(keys.slice(0, 1), 'team', 3).map((key) => key.label)).toEqual(['team']);
  });
});
