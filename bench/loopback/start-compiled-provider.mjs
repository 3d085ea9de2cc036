/**
 * Starts mock-provider.c, compiled with the machine's C compiler, where there is one on Linux; else mock-provider.mjs.
 * What they answer is the same; the compiled one costs a fraction, so that more is measured of the program under test.
 */
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { ANSWERS } from './answers.mjs';
import { base64Parts, markedPng, PATCH_BASE64, tailOfMark } from './marked-png.mjs';
import { startMockProvider } from './start-mock-provider.mjs';

/**
 * @param {{ latencyMs?: number, pngBytes?: number }} [options] default 200 ms and 975,000 bytes
 * @returns {Promise<Awaited<ReturnType<typeof startMockProvider>> & { isCompiled: boolean }>}
 */
export async function startCompiledProvider({ latencyMs = 200, pngBytes = 975_000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-provider-'));
  const program = compile(folder);
  if (program === null) {
    rmSync(folder, { recursive: true });
    return { ...(await startMockProvider({ latencyMs, pngBytes })), isCompiled: false };
  }
  const png = markedPng(pngBytes);
  const after = tailOfMark(png).toString('hex');
  const child = spawn(program, [String(latencyMs), after, ...bodyFiles(folder, png)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const { url } = JSON.parse((await once(lines, 'line'))[0]);
  rmSync(folder, { recursive: true });

  async function stats() {
    child.stdin.write('stats\n');
    const { kind: _kind, ...figures } = JSON.parse((await once(lines, 'line'))[0]);
    return figures;
  }

  return {
    url,
    isCompiled: true,
    stats,
    reset: () => void child.stdin.write('reset\n'),
    async close() {
      const last = await stats();
      const exited = once(child, 'exit');
      child.stdin.write('close\n');
      await exited;
      return last;
    },
  };
}

/**
 * Null: no compiler, or no Linux.
 * @param {string} folder
 */
function compile(folder) {
  if (process.platform !== 'linux') {
    return null;
  }
  const program = join(folder, 'provider');
  const source = join(import.meta.dirname, 'mock-provider.c');
  return spawnSync('cc', ['-O2', '-o', program, source], { stdio: 'ignore' }).status === 0 ? program : null;
}

/**
 * @param {string} folder
 * @param {Buffer} png
 */
function bodyFiles(folder, png) {
  const { head, tail } = base64Parts(png);
  return Object.entries(ANSWERS).map(([name, { before, after, path }]) => {
    const length = before.length + head.length + PATCH_BASE64 + tail.length + after.length;
    const http = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    const files = [join(folder, `${name}-start`), join(folder, `${name}-tail`)];
    writeFileSync(files[0], Buffer.from(http + before + head));
    writeFileSync(files[1], Buffer.from(tail + after));
    return `${files.join(':')}:${path}`;
  });
}
