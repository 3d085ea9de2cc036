/** `brushfleet runs list|show`. */
import type { Run } from '@shared/model/run';
import { EXIT } from '../exit-codes';
import { say, sayJson } from '../fleet/fleet-work';
import { textTable } from '../fleet/text-table';
import { tally } from '../progress';
import { countRows, dollars, paceText, runJson, stateSentence } from './run-words';
import { findRun, type RunsWork } from './runs-work';

const HEAD = [
  'ID',
  'DONE',
  'TOTAL',
  'FAILED',
  'UNKNOWN',
  'PENDING',
  'COST',
  'PRIORITY',
  'STATE',
  'NAME',
  'FOLDER',
];
const NUMBERS = ['ID', 'DONE', 'TOTAL', 'FAILED', 'UNKNOWN', 'PENDING', 'COST'];
/** What stands in one line of a table or a list. */
const LINE_MAX = 100;

/** Of sessions that are over those alone have something for a person to do in which not all is well. */
export async function listRuns(work: RunsWork, isEverySession: boolean): Promise<number> {
  const { client } = work.runs;
  const listed = await client.runs.list();
  const ids = new Set(listed.map(({ id }) => id));
  const sessions = (await client.runs.sessions()).filter(
    ({ id, counts }) => !ids.has(id) && (isEverySession || counts.failed + counts.unknown > 0),
  );
  const runs = [...listed, ...sessions];
  if (work.json) {
    return sayJson(work, runs.map(runJson));
  }
  if (runs.length === 0) {
    return say(work, 'No runs yet: brushfleet edit --help and brushfleet t2i --help say how to start one.');
  }
  return say(work, textTable(HEAD, runs.map(columnsOf), NUMBERS));
}

function columnsOf(run: Run): readonly string[] {
  const { counts } = run;
  return [
    `${run.id}`,
    `${counts.done}`,
    `${tally(run).total}`,
    `${counts.failed}`,
    `${counts.unknown}`,
    `${counts.pending + counts.leased + counts.sent}`,
    `$${dollars(run.costUsd)}`,
    run.options.priority ?? 'normal',
    run.state.kind,
    run.name,
    run.outputDir,
  ];
}

export async function showRun(work: RunsWork, runId: number): Promise<number> {
  const run = await findRun(work, runId);
  const failures = await work.runs.client.runs.failures({ runId });
  if (work.json) {
    const groups = failures.map(({ kind, message, count, examples }) => ({
      failure: kind,
      error: message,
      count,
      rows: examples.map(({ row }) => row),
    }));
    return sayJson(work, { ...runJson(run), failure_groups: groups });
  }
  work.streams.out.write(`Run ${run.id}  ${run.name}\n${factLines(run)}`);
  if (failures.length > 0) {
    const rows = failures.map(({ kind, message, count, examples }) => [
      `${count}`,
      kind,
      examples.map(({ row }) => row).join(', ') + (count > examples.length ? ', ...' : ''),
      message.trim(),
    ]);
    say(work, `\n${textTable(['FAILED', 'KIND', 'ROWS', 'ERROR'], rows, ['FAILED'])}`);
  }
  return EXIT.done;
}

/** Labels and values, the values in one column. */
function factLines(run: Run): string {
  const { recipe, options, counts } = run;
  const { total, ended } = tally(run);
  const pace = paceText(run);
  const share = total === 0 ? 0 : Math.floor((ended / total) * 100);
  const width = Math.max(...Object.values(counts).map((count) => `${count}`.length), `${total}`.length);
  const facts: readonly (readonly [string, string])[] = [
    ['state', stateSentence(run.state)],
    ['progress', `${share} % of ${total} jobs${pace === '' ? '' : `, ${pace}`}`],
    ...countRows(run).map(([state, count]) => [`  ${state}`, `${count}`.padStart(width)] as const),
    ['requests', `${run.requests}${capText(options.caps?.requests, '')}`],
    ['cost', `about $${dollars(run.costUsd)}${capText(options.caps?.costUsd, '$')}`],
    ['priority', options.priority ?? 'normal'],
    ['task', recipe.task],
    ['models', recipe.models.map(({ provider, model }) => `${model} (${provider})`).join(', ')],
    ['instruction', oneLine(recipe.instruction)],
    ['folder', run.outputDir],
    ['made', new Date(run.createdAt).toISOString()],
  ];
  return facts.map(([label, value]) => `  ${label.padEnd(11)}  ${value}\n`).join('');
}

function capText(cap: number | undefined, unit: string): string {
  return cap === undefined ? '' : ` of at most ${unit}${cap}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX - 3)}...` : line;
}
