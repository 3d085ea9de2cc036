/** The commands of text and their flags, as commander knows them. */
import type { Command } from 'commander';

export function addTextCommands(add: (name: string, description: string) => Command): void {
  addFlags(add('text', 'ask a text model about each row of a file, or about prompts'));
  addFlags(add('structured', 'the same, with answers as JSON that fits a schema')).option(
    '--schema <file>',
    'the JSON Schema that every answer must fit',
  );
  addFlags(add('story', 'the same, with answers as cinematic stories')).option(
    '--voice_id_list <ids>',
    "voices, with commas between; the narrator's is one of them",
  );
}

/** Of a flag that may be given several times. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

function addFlags(command: Command): Command {
  return addRunFlags(
    command
      .option(
        '--input <path>',
        'CSV, JSONL, JSON, TXT (one prompt per line) or Parquet; a row may name media',
      )
      .option('--prompt <text>', 'a prompt, in place of a file; may be given several times', collect)
      .option('--output <file>', 'JSONL, a line for each input in its order; -: the standard output')
      .option('--prompt_column <column>', 'the column that holds the prompt (default: prompt)')
      .option('--template <text>', 'the prompt, in place of a column; {{column}} inserts a cell')
      .option('--system <text>', 'the system prompt; {{column}} inserts a cell')
      .option('--system_file <file>', 'the same, from a file')
      .option('--provider <provider>', "google_genai (or gemini), or openai (default: the model's)")
      .option('--model <model>', "the model (default: the catalogue's current one)")
      .option('--temperature <t>', '0 to 2')
      .option('--top_p <p>', '0 to 1')
      .option('--top_k <n>', 'google_genai')
      .option('--max_output_tokens <n>', 'the longest answer')
      .option('--candidate_count <n>', 'answers to each prompt; further ones are in `candidates`')
      .option('--seed <n>', 'the same seed, nearly the same answer')
      .option('--thinking_budget <n>', 'tokens the model may think; 0: none, -1: as it likes; google_genai')
      .option('--stop <text>', 'the answer ends before this; may be given several times', collect)
      .option('--presence_penalty <p>', '-2 to 2; above 0: words already used become less likely')
      .option('--frequency_penalty <p>', '-2 to 2; likewise, the more often a word was used'),
  );
}

function addRunFlags(command: Command): Command {
  return command
    .option('--filter_rows <rows>', 'only these rows, counted from 0: 0:100,205 (the end is not included)')
    .option(
      '--concurrency <n>',
      'requests in flight (default: 16); auto: as many as limits and latency call for',
    )
    .option('--num_workers <n>', 'the same as --concurrency')
    .option('--num_processes <n>', 'worker threads they are spread over (default: 4)')
    .option('--timeout <seconds>', 'for each request (default: 300)')
    .option('--max_retries <n>', 'retries of a failed request (default: 0)')
    .option('--retry_delay <seconds>', 'before the first retry; doubles with each (default: 1.0)')
    .option(
      '--wait_for_quota <when>',
      'never; minutes: ends when all keys are out for the day; always (default: minutes)',
    )
    .option('--resume', 'resume the run of the output file (this is the default)')
    .option('--no_resume', 'send everything again')
    .option(
      '--unknown <what>',
      'requests whose answer was lost with their process, and may be charged: keep, or resend (default: keep)',
    )
    .option(
      '--max_cost <usd>',
      'stop when the run has cost this many US dollars; run again with more to continue',
    )
    .option('--max_requests <n>', 'stop when the run has sent this many requests')
    .option('--canary <n>', 'send the first n rows, then stop; the same command without it sends the rest')
    .option('--priority <priority>', 'among runs at the same time: high, normal or low (default: normal)')
    .option('--allow_private_urls', 'also fetch media from this machine and private networks')
    .option('--check', 'read every row, say what would fail, and send nothing')
    .option('--env_file <file>', 'read this file in place of .env')
    .option('--json', 'print one JSON line per finished job and a summary')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)');
}
