/** Commands in the documents are understood as they stand there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCli } from './parse-cli';
import { commandsOf } from './testing/shell-block';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENTS = ['README.md', 'docs/cli.md', 'docs/service.md'];

/** What a shell takes away from around the command: comments, pipes into it, what it is assigned to, its input. */
function argvOf(line: string): readonly string[] | null {
  const command = line
    .replace(/\s#.*$/, '')
    .replace(/^\w+=\$\((.*)\)$/, '$1')
    .replace(/^.*\| /, '')
    .replace(/ < \S+$/, '');
  const [{ program, argv } = { program: '', argv: [] }] = commandsOf(command);
  return program === 'brushfleet' ? argv : null;
}

const COMMANDS = DOCUMENTS.flatMap((document) => {
  const blocks = readFileSync(new URL(document, ROOT), 'utf8').matchAll(/^```bash\n([\s\S]*?)^```/gm);
  return [...blocks].flatMap(([, block = '']) =>
    block
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map(argvOf)
      .filter((argv) => argv !== null),
  );
});

describe('a command in the documents', () => {
  it('is found', () => expect(COMMANDS.length).toBeGreaterThan(25));

  it.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))('%s', (_, argv) => {
    const request = parseCli(argv, { version: '1.2.3' });
    expect(request.kind === 'refused' ? request.sentence : null).toBeNull();
    expect(request.kind).not.toBe('show');
  });
});

it('flags in the documents exist', () => {
  const flags = new Set(
    DOCUMENTS.flatMap((document) => {
      const text = readFileSync(new URL(document, ROOT), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
      return [...text.matchAll(/`[^`\n]*?(?<!-- )--([a-z_]+)[^`\n]*`/g)].map(([, flag = '']) => flag);
    }),
  );
  const help = [
    'edit',
    'text',
    'serve',
    'runs resume',
    'runs cancel',
    'runs export',
    'runs list',
    'runs set',
    'keys add',
    'keys test',
    'stream',
  ]
    .map((command) => parseCli([...command.split(' '), '--help'], { version: '1.2.3' }))
    .map((shown) => (shown.kind === 'show' ? shown.text : ''))
    .join('\n');
  expect([...flags].filter((flag) => !help.includes(`--${flag}`))).toEqual([]);
});
