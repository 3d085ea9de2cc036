/** What commander says of a command line it cannot read, as one sentence. */
import type { CommanderError } from 'commander';
import { KEY_IN_ARGUMENTS } from './fleet/looks-like-key';

/** What the words after these commands are. */
const BRANCHES: Readonly<Record<string, string>> = {
  keys: 'list, add, import, test, pause, resume, reset or remove',
  endpoints: 'list, add, set, remove or test',
  runs: 'list, show, resume, set, pause, cancel or export',
  library: 'check or restore',
  tokens: 'add, list, set or revoke',
};
const COMMANDS =
  'edit, t2i, text, structured, story, stream, serve, demo, runs, keys, endpoints, tokens or library';

/** commander's own words, as one sentence. Nothing after a `=` is repeated: it may be a key. */
export function usageSentence(error: CommanderError, argv: readonly string[]): string {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const suggestion = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(error.message)?.[1];
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlag(quoted.split('=')[0] ?? '', suggestion, argv);
    case 'commander.unknownCommand':
      return unknownCommand(quoted, suggestion, argv);
    case 'commander.optionMissingArgument':
      return `${quoted.split(' ')[0]} needs a value.`;
    case 'commander.missingArgument':
      return `Say which ${argv[0] === 'tokens' ? 'token' : (MISSING[quoted] ?? quoted)}: brushfleet ${commandOf(argv)}--help shows how.`;
    case 'commander.excessArguments':
      return argv[0] === 'keys'
        ? KEY_IN_ARGUMENTS
        : 'One value has no flag: write each as --flag value, and put quotes around one with spaces.';
    default:
      return `${error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ')}.`;
  }
}

const MISSING: Readonly<Record<string, string>> = { ids: 'keys', id: 'run', name: 'endpoint', file: 'file' };

function unknownFlag(flag: string, suggestion: string | undefined, argv: readonly string[]): string {
  if (/^--?(dg_)?(gemini_|openai_)?api_?-?keys?$|^--?(keys?|secrets?|tokens?)$/i.test(flag)) {
    return argv[0] === 'keys'
      ? KEY_IN_ARGUMENTS
      : `${flag} is not a flag: other programs can read a command line, so keys come from the environment or .env.`;
  }
  if (suggestion === flag) {
    return `${flag} takes no value.`;
  }
  return `Unknown flag ${flag}: ${suggestion === undefined ? `brushfleet ${commandOf(argv)}--help lists all flags.` : `did you mean ${suggestion}?`}`;
}

function unknownCommand(word: string, suggestion: string | undefined, argv: readonly string[]): string {
  const [parent = ''] = argv;
  const words = Object.hasOwn(BRANCHES, parent) ? BRANCHES[parent] : undefined;
  const whole = words === undefined ? word : `${parent} ${word}`;
  return `Unknown command "${whole}": ${suggestion === undefined ? `it is ${words ?? COMMANDS}.` : `did you mean ${suggestion}?`}`;
}

/** As far as the command line names commands there are. */
function commandOf([name = '', sub = '']: readonly string[]): string {
  if (Object.hasOwn(BRANCHES, name)) {
    return /^(list|add|import|test|remove|set|show|resume|pause|reset|cancel|export|check|restore|revoke)$/.test(
      sub,
    )
      ? `${name} ${sub} `
      : `${name} `;
  }
  return /^(edit|t2i|text|structured|story|stream|serve|demo)$/.test(name) ? `${name} ` : '';
}
