/** The command `tokens` with its flags, as commander knows them; parse-tokens.ts judges the values. */
import type { Command } from 'commander';
import type { Choose, RawValues } from '../program';

type Configure = (command: Command) => Command;

const EXAMPLES = `
Examples:
  TOKEN=$(brushfleet tokens add "Anna's laptop" --max_cost 20)   the token alone is on standard output
  brushfleet tokens add ci --max_requests 500 --concurrency 4
  brushfleet tokens set ci --max_requests 1000                   raises its cap
  brushfleet tokens list --json                                  what each has spent, and of which caps
  brushfleet tokens revoke ci                                    a name, an id, or its beginning: at once

A token opens /v1, /v1beta and /app of the service. It is shown once, when it is made: only its digest is kept. They work
beside a running service or an open window, on the same tokens.`;

export function addTokensCommands(program: Command, configure: Configure, choose: Choose): void {
  const tokens = configure(program.command('tokens'))
    .description('the tokens of the service: who may use /v1, /v1beta and /app')
    .addHelpText('after', EXAMPLES);
  const add = (usage: string, description: string): Command => {
    const command = configure(tokens.command(usage)).description(description).allowExcessArguments(false);
    return common(command).action((...given: unknown[]) => {
      // commander hands over the arguments, then the flags, then the command.
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word) => typeof word === 'string');
      choose(`tokens ${command.name()}`, command.opts<RawValues>(), words);
    });
  };
  add('list', 'every token with its caps and what it has spent');
  caps(add('add <name>', 'make a token; it is printed once, on standard output'));
  caps(add('set <token>', 'change what is given, keep the rest; at once')).option(
    '--no_caps',
    'takes its caps and its bound away, but for those that are given',
  );
  add(
    'revoke <tokens...>',
    'these stop working at once, and runs they started under a cap pause; names, ids or beginnings of ids',
  );
}

function caps(command: Command): Command {
  return command
    .option('--max_cost <usd>', 'what all its requests may cost together, in US dollars')
    .option('--max_requests <n>', 'how many requests it may send altogether')
    .option('--concurrency <n>', 'its requests in flight at most');
}

function common(command: Command): Command {
  return command
    .option('--library <folder>', 'the library to use (default: the usual one)')
    .option('--json', 'print one JSON document')
    .option('--env_file <file>', 'read this file in place of .env')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)');
}
