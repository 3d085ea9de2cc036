/** The command `stream` with its flags, as commander knows them; parse-stream.ts judges the values. */
import type { Command } from 'commander';

const EXAMPLES = `
Each line of stdin is one request: {"prompt": "...", "metadata": {...}}, with the fields of a text dataset besides
(system, schema, generation_config, image_path, audio_path, video_url ...). Each line of stdout is one result:
{"type": "result", "index": 0, "metadata": {...}, "response": "...", "error": null, "failure": null}

Examples:
  echo '{"prompt": "What is the capital of France?"}' | brushfleet stream
  my-program | brushfleet stream --concurrency 8 --ordered | my-reader

It ends when stdin ends and everything is answered. Ctrl-C: what is in flight is finished, the rest is not sent.`;

export function addStreamCommand(add: (name: string, description: string) => Command): void {
  add('stream', 'text requests as JSON lines on stdin, answers as JSON lines on stdout')
    .option('--provider <provider>', 'google_genai (the default) or openai')
    .option('--model <model>', "the model (default: the catalogue's current one for text)")
    .option('--system <text>', 'the system prompt of lines that have none')
    .option('--schema <file>', 'a JSON Schema that answers are to fit, where a line has none')
    .option('--concurrency <n>', 'requests in flight (default: 16)')
    .option('--max_retries <n>', 'retries of a failed request (default: 2)')
    .option('--timeout <seconds>', 'for each line, from its reading to its answer (default: 300)')
    .option('--ordered', 'results in the order of the lines (default: as they come)')
    .option('--env_file <file>', 'read this file in place of .env')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)')
    .addHelpText('after', EXAMPLES);
}
