/** The commands `runs` and `library` with their flags, as commander knows them; parse-runs.ts judges the values. */
import type { Command } from 'commander';
import type { Choose } from '../program';

type Configure = (command: Command) => Command;

const RUNS_EXAMPLES = `
Examples:
  brushfleet runs list
  brushfleet runs list --sessions                       with all that the service, stream and programs have asked
  brushfleet runs show 3                                the counts, the cost, and the failures by cause
  brushfleet runs resume 3 --unknown resend             resumes it; Ctrl-C finishes what is in flight and pauses
  brushfleet runs resume 3 --failed --max_cost 20       sends what failed again, with a higher cap
  brushfleet runs set 3 --priority high --place 1       before all others
  brushfleet runs cancel 3 --in_flight                  cuts off what is under way, too: it may be charged
  brushfleet runs export 3 --format failures --output failed.csv
  brushfleet runs export 3 --format image_folder --only accepted --test 10 --output dataset

They work beside an open window or another command line, on the same runs. A run goes on with the keys it was sent
with so far: those of the library, or those of the environment.`;

const LIBRARY_EXAMPLES = `
Nothing else may have the library open meanwhile. A damaged database is kept under another name.`;

export function addRunsCommands(program: Command, configure: Configure, choose: Choose): void {
  const leaf = leavesOf(choose);
  const runs = configure(program.command('runs'))
    .description('the runs of the library: list, show, resume, pause, cancel, export')
    .addHelpText('after', RUNS_EXAMPLES);
  const add = (usage: string, description: string): Command =>
    common(leaf(configure, runs, usage, description)).option(
      '--env_file <file>',
      'read this file in place of .env',
    );
  add(
    'list',
    'every run, newest first, and sessions (of the service, of programs) with failed or unknown requests',
  ).option('--sessions', 'every session');
  add('show <id>', 'one run: state, counts, cost, failures by cause');
  add('resume <id>', 'resume a run that is paused or was cut off')
    .option(
      '--unknown <what>',
      'requests whose answer was lost, and may be charged: keep, or resend (default: keep)',
    )
    .option('--failed', 'send jobs that failed again')
    .option('--cancelled', 'send jobs that were cancelled, after all')
    .option('--adopt', 'count intact pictures in its folder that have no record as done')
    .option('--max_cost <usd>', 'a new cap on what the whole run may cost, in US dollars')
    .option('--max_requests <n>', 'a new cap on the requests of the whole run')
    .option('--priority <priority>', 'among runs at the same time: high, normal or low');
  add('set <id>', 'change what is given, keep the rest; at once, also while it is under way')
    .option('--name <name>', 'what it is called; its folder stays')
    .option('--priority <priority>', 'among runs at the same time: high, normal or low')
    .option('--place <n>', 'its place in the queue, from 1, among the runs of its priority')
    .option('--max_global_workers <n>', 'requests in flight')
    .option('--max_cost <usd>', 'a cap on what the whole run may cost, in US dollars')
    .option('--max_requests <n>', 'a cap on the requests of the whole run');
  add('pause <id>', 'send nothing more; what is in flight finishes and is kept');
  add('cancel <id>', 'what is pending will not be sent').option(
    '--in_flight',
    'also cut off requests that are under way: they may be charged, and their outcome stays unknown',
  );
  add('export <id>', 'write its results as a table, or with their pictures as a dataset')
    .option(
      '--format <format>',
      'a table: csv, jsonl, spreadsheet (no cell is a formula), failures (failed rows alone), reviewed (with verdicts), accepted (those alone); with pictures: image_folder (for Hugging Face datasets), parquet, zip, pairs (for DPO)',
    )
    .option('--only <which>', 'with pictures: results (all), accepted, rejected or unset (default: results)')
    .option('--validation <percent>', 'with pictures: percentage of the rows for validation')
    .option('--test <percent>', 'with pictures: percentage of the rows for testing')
    .option('--seed <n>', 'the same seed splits the same way (default: 1)')
    .option('--embed_recipe', 'with pictures: each records how it was made; signed ones stay as they are')
    .option('--output <path>', 'where to: a file, or the new folder (default: beside the results)');
}

export function addLibraryCommands(program: Command, configure: Configure, choose: Choose): void {
  const leaf = leavesOf(choose);
  const library = configure(program.command('library'))
    .description('the library itself: check its database, or restore the backup')
    .addHelpText('after', LIBRARY_EXAMPLES);
  common(leaf(configure, library, 'check', 'read the whole database and say whether it is sound'));
  common(
    leaf(
      configure,
      library,
      'restore',
      'put the backup of the last clean close in the place of the database',
    ),
  );
}

function leavesOf(choose: Choose) {
  return (configure: Configure, parent: Command, usage: string, description: string): Command => {
    const command = configure(parent.command(usage)).description(description).allowExcessArguments(false);
    return command.action((...given: unknown[]) => {
      // commander hands over the arguments, then the flags, then the command.
      const words = given.slice(0, -2).filter((word) => typeof word === 'string');
      choose(`${parent.name()} ${command.name()}`, command.opts(), words);
    });
  };
}

function common(command: Command): Command {
  return command
    .option('--json', 'print one JSON document')
    .option('--library <folder>', 'the library to use (default: the usual one)')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)');
}
