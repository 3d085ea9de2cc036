/** The built package, as another program imports it. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../demo/demo-server';

const ROOT = resolve('.');
let folder: string;
let demo: DemoServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-entry-'));
  demo = createDemoServer({ latencyMs: 0 });
});
afterEach(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

/** In a package of its own that has this one installed; answers what the program printed. */
async function run(program: string, env: Record<string, string>): Promise<string> {
  await writeFile(join(folder, 'program.mjs'), program);
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules', 'brushfleet'));
  const child = spawn(process.execPath, ['program.mjs'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise((done) => child.once('close', done));
  expect(code).toBe(0);
  return out;
}

describe("import { createBrushfleet } from 'brushfleet'", () => {
  it('answers a batch and a stream, and lets the program end', async () => {
    const { url } = await demo.start();
    const program = `
      import { createBrushfleet } from 'brushfleet';
      const brushfleet = createBrushfleet({ keys: 2 });
      const batch = await brushfleet.batch([{ prompt: 'say "one"' }, { prompt: 'forbidden' }]);
      const stream = brushfleet.stream();
      await stream.start();
      const { response } = await stream.process({ prompt: 'say "two"' });
      await brushfleet.close();
      console.log(JSON.stringify({ batch, response, keys: Object.keys(stream.status().key_status) }));
    `;
    const printed = await run(program, {
      BRUSHFLEET_HOME: join(folder, 'library'),
      GEMINI_BASE_URL: url,
      GEMINI_API_KEY_1: 'AIza-first-key-0001',
      GEMINI_API_KEY_2: 'AIza-second-key-0002',
    });
    expect(JSON.parse(printed)).toMatchObject({
      batch: [{ response: 'one' }, { response: null, failure: { kind: 'blocked' } }],
      response: 'two',
    });
  });

  it('has types for all that it exports', async () => {
    const names = await run("console.log(Object.keys(await import('brushfleet')).join())", {});
    const types = await readFile(join(ROOT, 'out', 'main', 'api.d.ts'), 'utf8');
    const declared = [...types.matchAll(/^export declare (?:const|class) (\w+)/gm)].map(([, name]) => name);
    expect(declared.toSorted()).toEqual(names.trim().split(',').toSorted());
  });
});
