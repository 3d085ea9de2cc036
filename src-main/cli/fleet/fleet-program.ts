/** The commands `keys` and `endpoints` with their flags, as commander knows them; parse-fleet.ts judges the values. */
import { type Command, Option } from 'commander';
import type { Choose, RawValues } from '../program';

type Configure = (command: Command) => Command;

const KEYS_EXAMPLES = `
Examples:
  brushfleet keys add --endpoint Gemini                     asks for the keys, without showing them
  brushfleet keys add --endpoint Gemini --rpm 10 < keys.txt one key a line, or label,key
  brushfleet keys import .env                               endpoints and keys of a .env
  brushfleet keys list --json
  brushfleet keys usage --days 7                            what each of them was used for, and what that cost
  brushfleet keys test --all                                those of the environment too; exit code 1 when one fails
  brushfleet keys test --all --env_file .env.work           brings back keys that were refused and are good again
  brushfleet keys pause work                                a label, an id or its beginning; keys resume work
  brushfleet keys reset 3f2a                                one that rests or was refused is asked again
  brushfleet keys remove 3f2a

Keys are never taken from the command line itself: other programs can read it. They are kept in the system's keyring,
or in a file behind the passphrase in BRUSHFLEET_PASSPHRASE.`;

const ENDPOINTS_EXAMPLES = `
Examples:
  brushfleet endpoints add Gemini --provider google_genai
  brushfleet endpoints add Relay --provider openai --base_url https://relay.example/v1 --weight 2 --rpm 60
  brushfleet endpoints set Relay --weight 5 --adaptive ceiling
  brushfleet endpoints set Relay --enabled off
  brushfleet endpoints remove Relay --with_keys
  brushfleet endpoints list --json

A limit of 0 is no limit; to send nothing to an endpoint, use --enabled off.`;

export function addFleetCommands(program: Command, configure: Configure, choose: Choose): void {
  const branch = (name: string, description: string, examples: string): Command =>
    configure(program.command(name)).description(description).addHelpText('after', examples);
  const leaf = (parent: Command, usage: string, description: string): Command => {
    const command = configure(parent.command(usage)).description(description).allowExcessArguments(false);
    const name = `${parent.name()} ${command.name()}`;
    return command.action((...given: unknown[]) => {
      // commander hands over the arguments, then the flags, then the command.
      choose(name, command.opts<RawValues>(), wordsOf(given.slice(0, -2)));
    });
  };
  addKeysCommands(
    branch('keys', 'the keys of the library: the same that the window shows', KEYS_EXAMPLES),
    leaf,
  );
  addEndpointsCommands(
    branch('endpoints', 'the endpoints of the library: where requests go', ENDPOINTS_EXAMPLES),
    leaf,
  );
}

type Leaf = (parent: Command, usage: string, description: string) => Command;

function addKeysCommands(keys: Command, leaf: Leaf): void {
  common(leaf(keys, 'list', 'every key with its state and what is used of its limits'));
  common(
    leaf(keys, 'usage', 'what was sent and what it cost, by key and model; with --json by day too').option(
      '--days <n>',
      'calendar days, today among them (default: 30)',
    ),
  );
  common(terms(leaf(keys, 'add', 'add keys, read from standard input or asked for without showing them')));
  common(
    terms(
      leaf(keys, 'import <file>', 'add the keys of a .env, or of a file with one key (or label,key) a line'),
    ),
  );
  common(
    leaf(keys, 'test [ids...]', 'really call the provider with these keys').option(
      '--all',
      'every key there is, those of the environment and .env too',
    ),
  );
  common(leaf(keys, 'pause <ids...>', 'send nothing with these keys until they are resumed'));
  common(leaf(keys, 'resume <ids...>', 'send with these paused keys again'));
  common(leaf(keys, 'reset <ids...>', 'bring keys that rest or were refused back: one request tries each'));
  common(leaf(keys, 'remove <ids...>', 'forget these keys; labels and beginnings of ids will do'));
}

function addEndpointsCommands(endpoints: Command, leaf: Leaf): void {
  common(leaf(endpoints, 'list', 'every endpoint with its health'));
  common(
    traits(
      leaf(endpoints, 'add <name>', 'add an endpoint').option(
        '--provider <provider>',
        'google_genai (or gemini), or openai',
      ),
    ),
  );
  common(
    traits(
      leaf(endpoints, 'set <name>', 'change what is given, keep the rest').option(
        '--name <name>',
        'a new name',
      ),
    ),
  );
  common(
    leaf(endpoints, 'remove <name>', 'forget an endpoint').option(
      '--with_keys',
      'and the keys that serve it alone',
    ),
  );
  common(
    leaf(endpoints, 'test [names...]', 'really call these endpoints with each of their keys').option(
      '--all',
      'every endpoint there is',
    ),
  );
}

function terms(command: Command): Command {
  return limits(
    command
      .option('--endpoint <name>', 'the endpoint they are for; may be left out when there is only one')
      .option('--group <name>', 'the quota group of keys that share an account; made when there is none')
      .option('--tier <tier>', 'free or paid'),
    'each key',
  );
}

function traits(command: Command): Command {
  return limits(
    command
      .option('--base_url <url>', 'where it is (default: the official URL)')
      .option('--api_version <version>', 'google_genai: v1, v1beta or v1alpha')
      .option('--weight <n>', 'its share of the traffic against the others (default: 1)'),
    'the endpoint',
  )
    .option('--timeout <seconds>', 'for each request (default: 300)')
    .option('--adaptive <how>', 'requests in flight follow the answers: off, on or ceiling (default: off)')
    .option('--reset_zone <zone>', "where the day of its limits begins at midnight (default: the provider's)")
    .option('--enabled <on|off>', 'off: it gets no requests (default: on)');
}

function limits(command: Command, of: string): Command {
  return command
    .option('--rpm <n>', `requests per minute of ${of}; 0: no limit`)
    .option('--rpd <n>', `requests per day of ${of}`)
    .option('--tpm <n>', `tokens per minute of ${of}`)
    .option('--concurrency <n>', `requests in flight of ${of}`)
    .option('--min_interval <seconds>', `between two requests of ${of}`);
}

function common(command: Command): void {
  command
    .option('--json', 'print one JSON document')
    .option('--library <folder>', 'the library to use (default: the usual one)')
    .option('--env_file <file>', 'read this file in place of .env')
    .addOption(new Option('--log_level <level>', 'error, warning, info or debug (default: info)'));
}

function wordsOf(given: readonly unknown[]): readonly string[] {
  return given.flat().filter((word) => typeof word === 'string');
}
