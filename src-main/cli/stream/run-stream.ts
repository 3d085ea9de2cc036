/** `stream`: every line that is read gets its result, also when it is stopped on the way. */
import { resolve } from 'node:path';
import { LONGEST_SCHEMA } from '@shared/model/text';
import { ClientError, TimeoutError } from '../../api/errors';
import type { Brushfleet, BrushfleetOptions, ItemResult, PromptItem, Stream } from '../../api/types';
import type { LogLevel } from '../../log';
import { EXIT } from '../exit-codes';
import { watchInterrupts } from '../interrupt';
import { withoutUndefined } from '../read-flags';
import { type MainOptions, readSurroundings, refuse } from '../surroundings';
import { textIn, Unreadable } from '../text/text-files';
import { createResultLines } from './result-lines';
import type { StreamCliRequest } from './stream-request';

/** Where lines come from, and what they are asked of. */
export interface StreamDoor {
  lines(): AsyncIterable<string>;
  open(options: BrushfleetOptions, how: { readonly logLevel: LogLevel }): Brushfleet;
}

/** So that a line does not spend its time in the queue. */
const LINES_PER_SLOT = 2;
const SLOTS = 16;
const UNREAD =
  'brushfleet: Standard output was closed: no more lines are read, and what is in flight is finished. All answers are in the library: brushfleet runs list --sessions tells the run, and brushfleet runs export ID --format jsonl writes them.';

export async function runStream(options: MainOptions, request: StreamCliRequest): Promise<number> {
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const schema = await schemaIn(request, options.cwd);
  if (schema.kind === 'refused') {
    return refuse(options, schema.sentence);
  }
  const { env, logLevel } = surroundings;
  const { provider, model, system, concurrency, maxRetries } = request;
  const asked = withoutUndefined({
    model,
    system,
    concurrency,
    maxRetries,
    schema: schema.text ?? undefined,
  });
  const brushfleet = options.stream.open({ env, provider, ...asked }, { logLevel });
  const stream = brushfleet.stream();
  try {
    await stream.start();
    return await carryOut(options, request, { brushfleet, stream });
  } catch (error) {
    if (error instanceof ClientError) {
      return refuse(options, error.message);
    }
    throw error;
  } finally {
    await brushfleet.close();
  }
}

type ReadSchema =
  | { readonly kind: 'ok'; readonly text: string | null }
  | { readonly kind: 'refused'; readonly sentence: string };

async function schemaIn({ schema }: StreamCliRequest, cwd: string): Promise<ReadSchema> {
  if (schema === undefined) {
    return { kind: 'ok', text: null };
  }
  const path = resolve(cwd, schema);
  try {
    const text = await textIn(path, LONGEST_SCHEMA);
    JSON.parse(text);
    return { kind: 'ok', text };
  } catch (error) {
    if (error instanceof Unreadable) {
      return { kind: 'refused', sentence: error.message };
    }
    if (error instanceof SyntaxError) {
      const why = `it is not valid JSON (${error.message})`;
      return { kind: 'refused', sentence: `Cannot use ${path} as a schema: ${why}.` };
    }
    throw error;
  }
}

interface Work {
  readonly brushfleet: Brushfleet;
  readonly stream: Stream;
}

async function carryOut(
  options: MainOptions,
  { timeoutMs, ordered, concurrency = SLOTS }: StreamCliRequest,
  { brushfleet, stream }: Work,
): Promise<number> {
  const { out, err } = options.streams;
  const results = createResultLines(out, ordered);
  const underWay = new Set<Promise<void>>();
  let interrupt: () => void = () => undefined;
  let isStopping = false;
  /** Reads no more; what is in flight is finished. */
  const stop = (sentence: string): void => {
    isStopping = true;
    err.write(`${sentence}\n`);
    interrupt();
    underWay.add(brushfleet.close());
  };
  const interrupts = watchInterrupts(options.onInterrupt, {
    first: () => stop('Stopping: what is in flight is finished. Press Ctrl-C again to end at once.'),
    second: () => options.exitNow(EXIT.interrupted),
  });
  const unwatch = out.onLost?.(() => stop(UNREAD));
  const lines = options.stream.lines()[Symbol.asyncIterator]();
  /** Null: interrupted. To race each with one promise of the whole stream would hold on to every line. */
  const nextLine = (): Promise<IteratorResult<string> | null> =>
    new Promise((resolve, reject) => {
      interrupt = () => resolve(null);
      if (isStopping) {
        resolve(null);
      } else {
        lines.next().then(resolve, reject);
      }
    });
  for (let index = 0; ; ) {
    const line = await nextLine();
    if (line === null || line.done === true) {
      break;
    }
    if (line.value.trim() === '') {
      continue;
    }
    const at = index;
    index += 1;
    const asked: Promise<void> = answerTo(stream, line.value, timeoutMs)
      .then((result) => results.add(at, result))
      .finally(() => underWay.delete(asked));
    underWay.add(asked);
    while (underWay.size >= concurrency * LINES_PER_SLOT && !isStopping) {
      await Promise.race(underWay);
    }
  }
  await Promise.all(underWay);
  const { failed } = results.end();
  const isDelivered = (await out.delivered?.()) ?? true;
  interrupts.end();
  unwatch?.();
  return interrupts.happened ? EXIT.interrupted : failed > 0 || !isDelivered ? EXIT.someFailed : EXIT.done;
}

/** Never rejects. */
async function answerTo(stream: Stream, line: string, timeoutMs: number): Promise<ItemResult> {
  const item = itemIn(line);
  if (typeof item === 'string') {
    return failed({ kind: 'bad_input', message: item }, {});
  }
  const { metadata = {} } = item;
  try {
    // A line without metadata gets none: what comes out is what went in.
    return { ...(await stream.process(item, { timeout: timeoutMs })), metadata };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed({ kind: error instanceof TimeoutError ? 'timeout' : 'network', message }, metadata);
  }
}

function failed(failure: NonNullable<ItemResult['failure']>, metadata: ItemResult['metadata']): ItemResult {
  return { metadata, response: null, error: failure.message, failure };
}

/** A sentence where the line is no request. */
function itemIn(line: string): PromptItem | string {
  let value: unknown;
  try {
    // A byte order mark is no part of the text; where files were joined, each has its own.
    value = JSON.parse(line.replace(/^\uFEFF/, ''));
  } catch (error) {
    return `The line is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value === 'string') {
    return { prompt: value };
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value
    : 'The line is not a JSON object with a prompt.';
}
