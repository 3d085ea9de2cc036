/** The commands and flags, as commander knows them. Every value is read as text here; parse-cli.ts judges it. */
import { Command, Option } from 'commander';
import { EXPLAINED_FLAGS } from './explained-flags';
import { addFleetCommands } from './fleet/fleet-program';
import { addLibraryCommands, addRunsCommands } from './runs/runs-program';
import { addServeCommand } from './serve/serve-program';
import { addStreamCommand } from './stream/stream-program';
import { addTextCommands, collect } from './text/text-program';
import { addTokensCommands } from './tokens/tokens-program';

/** A list: a flag that may be given several times. */
export type RawValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** `name` is `keys add` and so on; `words` are what stands there without a flag. */
export type Choose = (name: string, values: RawValues, words: readonly string[]) => void;

export interface ChosenCommand {
  /** `edit`, `keys add` and so on. */
  readonly name: string;
  readonly values: RawValues;
  /** What stands there without a flag. */
  readonly words: readonly string[];
}

export interface Program {
  readonly command: Command;
  /** What was asked for, once `parse` has run. */
  chosen(): ChosenCommand | null;
}

export interface ProgramOutput {
  readonly version: string;
  /** Help and version. */
  write(text: string): void;
}

export const UNKNOWN =
  'requests whose answer was lost with their process, and may be charged: keep, or resend (default: keep)';

const EXAMPLES = `
Examples:
  brushfleet demo                                       no key needed: sample pictures through the demo endpoint
  brushfleet edit --backend google_genai --input data.csv --output_dir ./edited
  brushfleet edit --backend openai --input data.csv --filter_rows 0:10
  brushfleet t2i --backend google_genai --prompt "A cat wearing a space suit" --aspect_ratio 16:9
  brushfleet t2i --backend openai --prompts_file prompts.jsonl --num_images_per_prompt 4 --json
  brushfleet edit --backend openai --input data.csv --check             reads every row and sends nothing
  brushfleet edit --backend openai --input data.csv --canary 3          the first rows; without it: the rest
  brushfleet text --input questions.csv --prompt_column question --output answers.jsonl
  brushfleet structured --input reviews.jsonl --template "Rate: {{review}}" --schema rating.json --output ratings.jsonl
  brushfleet story --prompt "A fox who learns to paint" --output story.jsonl
  brushfleet runs list                                  all runs; brushfleet runs --help: pause, resume, export ...

Keys and endpoints come from the environment or from .env in the working folder:
  GEMINI_API_KEY, OPENAI_API_KEY                        one key
  DG_GEMINI_API_KEYS=key1,key2                          several keys
  DG_GEMINI_ENDPOINTS=https://a,https://b               several endpoints; a blank one is the official endpoint
  DG_GEMINI_RATE_LIMITS=60,30  DG_GEMINI_WEIGHTS=1,2    by endpoint: requests per minute, share of the traffic
The same with OPENAI in place of GEMINI. A flag wins over the environment.
Where the environment has none of a provider, the window's own serve: brushfleet keys --help, brushfleet endpoints --help.

Exit codes: 0 all done, 1 some failed or could not be sent, 2 a wrong command, 130 interrupted (run it again to continue).`;

export function createProgram(output: ProgramOutput): Program {
  let chosen: ChosenCommand | null = null;
  const command = configured(new Command('brushfleet'), output)
    .description(
      'Edits and generates images, and asks text models, through a fleet of API keys and endpoints.',
    )
    .version(output.version, '--version', 'print the version')
    .addHelpText('after', EXAMPLES);
  const add = (name: string, description: string): Command => {
    const sub = configured(command.command(name), output)
      .description(description)
      .allowExcessArguments(false);
    return sub.action((values: RawValues) => {
      chosen = { name, values, words: [] };
    });
  };
  addEditFlags(add('edit', 'edit the images of a CSV, JSONL, JSON or Parquet file, or of a folder'));
  addPromptFlags(add('t2i', 'generate images from prompts'));
  addTextCommands(add);
  addStreamCommand(add);
  addServeCommand(add);
  add('demo', 'run the sample pictures through the demo endpoint: no key, no cost, no network')
    .option('--output_dir <folder>', 'where the pictures go (default: ./output/demo)')
    .option('--unknown <what>', UNKNOWN)
    .option('--json', 'print one JSON line per finished picture and a summary')
    .option('--log_level <level>', 'error, warning, info or debug');
  const choose: Choose = (name, values, words) => {
    chosen = { name, values, words };
  };
  for (const addCommands of [addRunsCommands, addFleetCommands, addTokensCommands, addLibraryCommands]) {
    addCommands(command, (one) => configured(one, output), choose);
  }
  return { command, chosen: () => chosen };
}

function configured(command: Command, output: ProgramOutput): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: output.write, writeErr: output.write, outputError: () => undefined })
    .configureHelp({ helpWidth: 110 });
}

function addEditFlags(command: Command): void {
  addProviderFlags(command)
    .option('--input <path>', 'the dataset file, or a folder of images')
    .option(
      '--prompt <text>',
      'one instruction for all rows, in place of a column; {{column}} inserts a cell',
      collect,
    )
    .option('--instruction_key <column>', 'the column that holds the instruction (default: instruction)');
  addRunFlags(command);
}

function addPromptFlags(command: Command): void {
  addProviderFlags(command)
    .option('--prompt <text>', 'a prompt; may be given several times, and wins over --prompts_file', collect)
    .option('--prompts_file <path>', 'JSONL, JSON, TXT (one prompt per line), CSV or Parquet')
    .option('--input <path>', 'the same as --prompts_file')
    .option('--instruction_key <column>', 'the column that holds the prompt (default: prompt)');
  addRunFlags(command);
}

function addProviderFlags(command: Command): Command {
  return command
    .option('--backend <provider>', 'google_genai (or gemini), or openai')
    .option('--model_name <model>', "the model (default: the catalogue's current one)");
}

function addRunFlags(command: Command): void {
  command
    .option('--output_dir <folder>', 'where pictures and results go (default: ./output)')
    .option('--output_csv <file>', 'where the table goes (default: results.csv in the output folder)')
    .option('--output_name_column <column>', 'the column that names the output file')
    .option('--filter_rows <rows>', 'only these rows, counted from 0: 0:100,205 (the end is not included)')
    .option('--num_images_per_prompt <n>', 'pictures per row (default: 1)')
    .option('--aspect_ratio <w:h>', 'such as 16:9; wins over width and height')
    .option('--width <pixels>', 'with --height: the nearest ratio or size the model offers')
    .option('--height <pixels>', 'with --width')
    .option('--image_size <size>', '1K, 2K, 4K (google_genai) or WIDTHxHEIGHT (openai)')
    .option('--image_cache_dir <folder>', 'keeps input images that were fetched')
    .option('--allow_private_urls', 'also fetch input images from this machine and private networks')
    .option(
      '--max_global_workers <n>',
      'requests in flight (default: 16); auto: as many as limits and latency call for',
    )
    .option('--num_processes <n>', 'worker threads they are spread over (default: 4)')
    .option('--timeout <seconds>', 'for each request (default: 300)')
    .option('--api_max_retries <n>', 'retries of a failed request (default: 0)')
    .option('--retry_delay <seconds>', 'before the first retry; doubles with each (default: 1.0)')
    .option(
      '--wait_for_quota <when>',
      'never; minutes: ends when all keys are out for the day; always (default: minutes)',
    )
    .option('--resume', 'resume the run of the output folder (this is the default)')
    .option('--no_resume', 'send everything again')
    .option('--unknown <what>', UNKNOWN)
    .option('--adopt', 'count intact pictures in the output folder that have no record as done')
    .option(
      '--max_cost <usd>',
      'stop when the run has cost this many US dollars; run again with more to continue',
    )
    .option('--max_requests <n>', 'stop when the run has sent this many requests')
    .option('--canary <n>', 'send the first n rows, then stop; the same command without it sends the rest')
    .option('--priority <priority>', 'among runs at the same time: high, normal or low (default: normal)')
    .option('--check', 'read every row, say what would fail, and send nothing')
    .option('--env_file <file>', 'read this file in place of .env')
    .option('--json', 'print one JSON line per finished job and a summary')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)')
    .addOption(new Option('--num_nodes <n>').hideHelp());
  for (const { flag, takesValue } of EXPLAINED_FLAGS) {
    command.addOption(new Option(takesValue ? `${flag} <value>` : flag).hideHelp());
  }
}
