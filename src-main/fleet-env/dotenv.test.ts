import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEnvFile, readEnvironment } from './dotenv';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'env-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

describe('readEnvironment', () => {
  it('completes the environment by .env of the working folder; the environment wins', async () => {
    writeFileSync(join(cwd, '.env'), 'GEMINI_API_KEY="from file"\nOPENAI_API_KEY=second # remark\n');
    expect(await readEnvironment({ cwd, env: { GEMINI_API_KEY: 'from environment' } })).toEqual({
      kind: 'ok',
      env: { GEMINI_API_KEY: 'from environment', OPENAI_API_KEY: 'second' },
      file: join(cwd, '.env'),
    });
  });

  it('reads the named file in its place', async () => {
    writeFileSync(join(cwd, '.env'), 'A=1\n');
    writeFileSync(join(cwd, 'other.env'), 'B=2\n');
    expect(await readEnvironment({ cwd, env: {}, envFile: 'other.env' })).toMatchObject({ env: { B: '2' } });
    expect(await readEnvironment({ cwd, env: {}, envFile: 'other.env' })).not.toMatchObject({
      env: { A: '1' },
    });
  });

  it('needs no .env, and takes a folder of that name for none', async () => {
    expect(await readEnvironment({ cwd, env: { A: '1' } })).toEqual({
      kind: 'ok',
      env: { A: '1' },
      file: null,
    });
    mkdirSync(join(cwd, '.env'));
    expect(await readEnvironment({ cwd, env: {} })).toMatchObject({ kind: 'ok', file: null });
  });

  it('refuses a named file that is not there', async () => {
    expect(await readEnvironment({ cwd, env: {}, envFile: 'missing.env' })).toEqual({
      kind: 'refused',
      sentence: `Cannot read ${join(cwd, 'missing.env')}: there is no such file.`,
    });
  });
});

describe('parseEnvFile', () => {
  it('finds the fleet of every provider the file names', () => {
    const { fleets, problems } = parseEnvFile(
      'export GEMINI_API_KEY=one\nDG_OPENAI_ENDPOINTS=https://a,https://b\nDG_OPENAI_API_KEYS=two,three\n',
    );
    expect(fleets.map((fleet) => [fleet.provider, fleet.endpoints.length, fleet.keys.length])).toEqual([
      ['google_genai', 1, 1],
      ['openai', 2, 2],
    ]);
    expect(problems).toEqual([]);
  });

  it('says what it cannot use, and nothing of a provider that is not named', () => {
    const { fleets, problems } = parseEnvFile('OPENAI_API_BASE=https://a\nUNRELATED=1\n');
    expect(fleets).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('No valid API keys found')]);
  });
});
