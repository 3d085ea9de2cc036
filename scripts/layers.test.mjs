/** Proof that the lint rules hold the layers apart: each file here breaks one, and is found out. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootDir } from './bootstrap.mjs';

const IMPORTS = 'eslint(no-restricted-imports)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';
const importing = (path) => `import { x } from '${path}';\nexport const y = x;\n`;
const calling = (code) => `export const y = (): unknown => ${code};\n`;

/** Folder, source, and the rule that must speak (null: none may). */
const CASES = [
  ['src-shared', importing('../src-main/log'), IMPORTS],
  ['src-shared', importing('node:fs'), IMPORTS],
  ['src-shared', importing('electron'), IMPORTS],
  ['src-shared/model', importing('../../src-renderer/api'), IMPORTS],
  ['src-shared', calling('document.title'), GLOBALS],
  ['src-shared', importing('zod'), null],
  ['src-renderer', importing('../src-main/log'), IMPORTS],
  ['src-renderer/screens/runs', importing('../../../src-main/app/runs/runs'), IMPORTS],
  ['src-renderer', importing('node:path'), IMPORTS],
  ['src-renderer', importing('electron'), IMPORTS],
  ['src-renderer', importing('@shared/contract'), null],
  ['src-main', importing('electron'), IMPORTS],
  ['src-main', importing('../src-renderer/api'), IMPORTS],
  ['src-main', calling('window.name'), GLOBALS],
  ['src-main/app', importing('electron'), IMPORTS],
  ['src-main/app', importing('../desktop/window'), IMPORTS],
  ['src-main/app', importing('../cli/main'), IMPORTS],
  ['src-main/app', importing('../store/store'), null],
  ...['api', 'cli', 'desktop', 'service', 'local-door', 'page', 'router'].flatMap((above) => [
    ['src-main/app', importing(`../${above}/part`), IMPORTS],
    ['src-main/app/runs', importing(`../../${above}/part`), IMPORTS],
    ['src-main/store', importing(`../${above}/part`), IMPORTS],
    ['src-main/fleet-env', importing(`../${above}/part`), IMPORTS],
    ['src-main/providers/openai', importing(`../../${above}/part`), IMPORTS],
    ['src-main/engine/pool', importing(`../../${above}/part`), IMPORTS],
  ]),
  ...['transport', 'datasets', 'store', 'vault', 'images', 'demo'].flatMap((folder) => [
    [`src-main/${folder}`, importing('electron'), IMPORTS],
    [`src-main/${folder}`, importing('../app'), IMPORTS],
    [`src-main/${folder}`, importing('../app/runs'), IMPORTS],
    [`src-main/${folder}/deeper`, importing('../../cli/main'), IMPORTS],
    [`src-main/${folder}`, importing('../desktop/window'), IMPORTS],
    [`src-main/${folder}`, importing('../service/server'), IMPORTS],
    [`src-main/${folder}`, importing('../engine/ports'), null],
  ]),
  ['src-main/providers', importing('../transport/order'), IMPORTS],
  ['src-main/providers/openai', importing('../../store/store'), IMPORTS],
  ['src-main/providers', importing('../engine/pool/pool'), IMPORTS],
  ['src-main/providers', importing('electron'), IMPORTS],
  ['src-main/providers', importing('undici'), null],
  ['src-main/engine', importing('node:fs'), IMPORTS],
  ['src-main/engine/runs', importing('node:http'), IMPORTS],
  ['src-main/engine', importing('undici'), IMPORTS],
  ['src-main/engine', importing('@google/genai'), IMPORTS],
  ['src-main/engine/pool', importing('../../providers/adapter'), IMPORTS],
  ['src-main/engine', importing('../store/store'), IMPORTS],
  ['src-main/engine', importing('../temporary-name'), IMPORTS],
  ['src-main/engine', calling('Date.now()'), PROPERTIES],
  ['src-main/engine', calling('Math.random()'), PROPERTIES],
  ['src-main/engine', calling('globalThis.setTimeout(() => {}, 1)'), PROPERTIES],
  ['src-main/engine', calling('setTimeout(() => {}, 1)'), GLOBALS],
  ['src-main/engine', calling('setInterval(() => {}, 1)'), GLOBALS],
  ['src-main/engine', calling("fetch('x')"), GLOBALS],
  ['src-main/engine/pool', importing('../ports'), null],
  ['src-main/engine', importing('@shared/model/failure'), null],
  ...['router', 'page', 'local-door', 'api'].flatMap((folder) => [
    [`src-main/${folder}`, importing('electron'), IMPORTS],
    [`src-main/${folder}`, importing('../../src-renderer/api'), IMPORTS],
    [`src-main/${folder}`, importing('../app'), null],
    ...['cli', 'desktop', 'service'].map((door) => [
      `src-main/${folder}/deeper`,
      importing(`../../${door}/part`),
      IMPORTS,
    ]),
  ]),
  ['src-main/router', importing('../local-door/part'), IMPORTS],
  ['src-main/router', importing('../api/part'), IMPORTS],
  ['src-main/router', importing('../page/part'), IMPORTS],
  ['src-main/page', importing('../router/part'), IMPORTS],
  ['src-main/page', importing('../local-door/part'), IMPORTS],
  ['src-main/local-door', importing('../page/part'), IMPORTS],
  ['src-main/local-door', importing('../api/part'), IMPORTS],
  ['src-main/local-door', importing('../router'), null],
  ['src-main/api', importing('../local-door/part'), null],
  ['src-main/api', importing('../page/part'), IMPORTS],
  ['src-main/cli', importing('electron'), IMPORTS],
  ['src-main/cli', importing('../desktop/window'), IMPORTS],
  ['src-main/cli', importing('../app'), null],
  ['src-main/cli', importing('../service/service'), null],
  ['src-main/service', importing('../cli/main'), IMPORTS],
  ['src-main/service', importing('../desktop/window'), IMPORTS],
  ['src-main/service', importing('../api/part'), IMPORTS],
  ['src-main/service', importing('../page/part'), null],
  ['src-main/cli', importing('../local-door/part'), null],
  ['src-main/cli', importing('../api/part'), null],
  ['src-main/desktop', importing('../service/service'), null],
  ['src-main/desktop', importing('../cli/main'), IMPORTS],
  ['src-main/desktop', importing('electron'), null],
  ['src-main/desktop', importing('../api/part'), IMPORTS],
  ['src-main/desktop', importing('../page/part'), null],
  ['src-main', 'export const y = (z: any): unknown => z;\n', 'typescript(no-explicit-any)'],
  ['src-main', 'export default 1;\n', 'import(no-default-export)'],
  ['src-main', calling("console.log('x')"), 'eslint(no-console)'],
  ['src-main', calling('1 == 2'), 'eslint(eqeqeq)'],
  ['src-main', 'export const y = (): void => {\n  if (y.length)\n    y();\n};\n', 'eslint(curly)'],
  [
    'src-main',
    'export const y = async (): Promise<void> => {\n  y();\n};\n',
    'typescript(no-floating-promises)',
  ],
  [
    'src-main',
    'export const y = async (): Promise<void> => {\n  if (y()) await y();\n};\n',
    'typescript(no-misused-promises)',
  ],
  [
    'src-main',
    "export const y = (k: 'a' | 'b'): void => {\n  switch (k) {\n    case 'a':\n  }\n};\n",
    'typescript(switch-exhaustiveness-check)',
  ],
];
const BAD_NAME = 'src-main/BadName.ts';

let found;
let folder;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushfleet-layers-'));
  cpSync(join(rootDir, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(rootDir, 'node_modules'), join(folder, 'node_modules'));
  write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { strict: true, target: 'es2023' }, include: ['src-*'] }),
  );
  CASES.forEach(([place, source], index) => write(fileOf(place, index), source));
  write(BAD_NAME, 'export const y = 1;\n');
  found = lint();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(place, index) {
  return `${place}/case-${index}.ts`;
}

function write(file, text) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** The rules each file breaks. */
function lint() {
  const oxlint = join(rootDir, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const ended = spawnSync(process.execPath, [oxlint, '--type-aware', '-f', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const rules = new Map();
  for (const { filename, code } of JSON.parse(ended.stdout).diagnostics) {
    rules.set(filename, [...(rules.get(filename) ?? []), code]);
  }
  return rules;
}

describe('lint', () => {
  it.each(CASES.map(([place, source, rule], index) => ({ place, source, rule, index })))(
    '$place: $source -> $rule',
    ({ place, rule, index }) => {
      const rules = found.get(fileOf(place, index)) ?? [];
      if (rule === null) {
        expect(rules).toEqual([]);
      } else {
        expect(rules).toContain(rule);
      }
    },
  );

  it('wants file names in kebab-case', () => {
    expect(found.get(BAD_NAME)).toContain('unicorn(filename-case)');
  });
});
