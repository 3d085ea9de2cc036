/** Just enough of a shell to read the documented command blocks: comments, `\` at line ends, quotes, `NAME=value` before a command. */

export interface ShellCommand {
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  readonly argv: readonly string[];
}

export function commandsOf(block: string): readonly ShellCommand[] {
  return block
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map(commandOf);
}

function commandOf(line: string): ShellCommand {
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ''),
  );
  const start = words.findIndex((word) => !/^[A-Z_0-9]+=/.test(word));
  const env = Object.fromEntries(
    words.slice(0, start).map((word): [string, string] => {
      const at = word.indexOf('=');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
  return { env, program: words[start] ?? '', argv: words.slice(start + 1) };
}
