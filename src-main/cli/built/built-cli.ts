/** Runs the built command line as its users do: a process of its own, in a folder of its own, with only the environment given. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Papa from 'papaparse';
import sharp from 'sharp';

/** The variable names another build than the last one. */
const BUILT_CLI = process.env['BRUSHFLEET_BUILT_CLI'] ?? resolve('out/main/cli.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Workplace {
  readonly folder: string;
  /** Starts it; `env` is all it gets beside PATH, HOME and its own library. */
  start(
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
    node?: readonly string[],
    /** What it reads from standard input; absent: nothing. */
    input?: string,
  ): RunningCli;
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  path(...names: readonly string[]): string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  read(name: string): Promise<string>;
  /** A picture of one colour; answers its bytes. */
  picture(name: string, colour: string): Promise<Buffer>;
  /** Lines of a table by column name. */
  table(name?: string): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Files below the output folder that are no tables, sorted. */
  pictures(folder?: string): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-cli-'));
  const path = (...names: readonly string[]): string => join(folder, ...names);

  function start(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    node: readonly string[] = [process.execPath],
    input?: string,
  ): RunningCli {
    const [program = process.execPath, ...before] = node;
    const child = spawn(program, [...before, BUILT_CLI, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, BRUSHFLEET_HOME: path('library'), ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(input);
    return { child, ended: heard(child) };
  }

  return {
    folder,
    path,
    start,
    run: (argv, env) => start(argv, env).ended,
    write: (name, content) => writeFile(path(name), content),
    read: (name) => readFile(path(name), 'utf8'),
    async picture(name, colour) {
      const bytes = await sharp({ create: { width: 48, height: 32, channels: 3, background: colour } })
        .toFormat(name.endsWith('.jpg') ? 'jpeg' : 'png')
        .toBuffer();
      await writeFile(path(name), bytes);
      return bytes;
    },
    async table(name = 'output/results.csv') {
      const text = await readFile(path(name), 'utf8');
      return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
    },
    async pictures(name = 'output') {
      const files = await readdir(path(name), { recursive: true });
      return files.filter((file) => /\.(png|jpe?g|webp|part)$/.test(file)).sort();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function heard(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Resolves once `holds` does; asks anew every 10 ms, so that no test rests on the machine's speed. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((done) => setTimeout(done, 10));
  }
}
