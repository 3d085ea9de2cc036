/**
 * The size and shape of the source: medians, ninetieth percentiles and the longest, tests aside. Ends with an error
 * on a file over 400 lines, a default export or an `any`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { rootDir } from './bootstrap.mjs';

const FOLDERS = ['src-shared', 'src-main', 'src-renderer'];
const MAX_FILE_LINES = 400;
const LONG_FUNCTION_LINES = 60;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(rootDir, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts')),
);
const isTest = (file) => /\.test\.tsx?$/.test(file) || file.includes('/testing/');
const files = sources.filter((file) => !isTest(file)).map(measureFile);
const testLines = sources.filter(isTest).reduce((sum, file) => sum + linesOf(read(file)), 0);
report();

function measureFile(file) {
  const source = read(file);
  const program = parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file);
  const found = { file, lines: linesOf(source), functions: [], anys: 0, defaults: 0 };
  visit(program, null, (node, parent) => {
    if (node.type === 'TSAnyKeyword') {
      found.anys += 1;
    }
    if (node.type === 'ExportDefaultDeclaration') {
      found.defaults += 1;
    }
    const name = functionName(node, parent);
    if (name !== null) {
      const { start, end } = node;
      found.functions.push({
        name,
        file,
        start,
        end,
        lines: linesOf(source.slice(start, end)),
        params: node.params?.length ?? 0,
      });
    }
  });
  for (const one of found.functions) {
    one.own = one.lines - sum(direct(one, found.functions).map((inner) => inner.lines));
  }
  const text = source.split('\n').filter((line) => line.trim() !== '');
  found.nonBlank = text.length;
  found.comments = text.filter((line) => /^\s*(\/\/|\/?\*)/.test(line)).length;
  return found;
}

/** The named functions right inside one: a factory is not long because what it makes has many methods. */
function direct(outer, functions) {
  const inside = functions.filter((one) => one !== outer && one.start >= outer.start && one.end <= outer.end);
  return inside.filter(
    (one) => !inside.some((other) => other !== one && one.start >= other.start && one.end <= other.end),
  );
}

/** Named functions, methods, and arrows bound to a name; inline callbacks do not count. */
function functionName(node, parent) {
  switch (node.type) {
    case 'FunctionDeclaration':
      return node.id?.name ?? 'default';
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return parent?.type === 'VariableDeclarator' ? parent.id.name : (parent?.key?.name ?? null);
    default:
      return null;
  }
}

function visit(node, parent, see) {
  if (node === null || typeof node !== 'object') {
    return;
  }
  if (Array.isArray(node)) {
    for (const child of node) {
      visit(child, parent, see);
    }
    return;
  }
  if (typeof node.type === 'string') {
    see(node, parent);
  }
  for (const [key, child] of Object.entries(node)) {
    if (key !== 'parent' && typeof child === 'object') {
      visit(child, typeof node.type === 'string' ? node : parent, see);
    }
  }
}

function report() {
  const functions = files.flatMap((file) => file.functions);
  const lines = sum(files.map((file) => file.lines));
  print(
    'files',
    files.map((file) => file.lines),
    'lines',
  );
  print(
    'functions',
    functions.map((one) => one.own),
    'lines of their own',
  );
  print(
    'parameters',
    functions.map((one) => one.params),
    '',
  );
  const share = sum(files.map((file) => file.comments)) / sum(files.map((file) => file.nonBlank));
  say(
    `${files.length} files, ${lines} lines; comments ${(share * 100).toFixed(1)} %; ${(testLines / lines).toFixed(2)} lines of test per line of source`,
  );
  longest('Longest files', files, (file) => `${file.lines} ${file.file}`);
  longest(
    'Longest functions',
    functions.map((one) => ({ ...one, lines: one.own })),
    (one) => `${one.lines} ${one.file}: ${one.name}`,
  );
  const long = functions.filter((one) => one.own > LONG_FUNCTION_LINES);
  say(`${long.length} functions over ${LONG_FUNCTION_LINES} lines of their own`);
  for (const one of long.toSorted((a, b) => b.own - a.own)) {
    say(`  warning: ${one.file}: ${one.name} has ${one.own} lines`);
  }
  const total = (key) => sum(files.map((file) => file[key]));
  say(`${total('anys')} any, ${total('defaults')} default exports`);
  const breaches = files.flatMap((file) => [
    ...(file.lines > MAX_FILE_LINES
      ? [`${file.file} has ${file.lines} lines (at most ${MAX_FILE_LINES})`]
      : []),
    ...(file.anys > 0 ? [`${file.file} has ${file.anys} any`] : []),
    ...(file.defaults > 0 ? [`${file.file} has a default export`] : []),
  ]);
  for (const breach of breaches) {
    say(`BREACH ${breach}`);
  }
  process.exit(breaches.length === 0 ? 0 : 1);
}

function print(what, values, unit) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  say(`${what}: median ${at(0.5)}, p90 ${at(0.9)}, max ${sorted.at(-1) ?? 0} ${unit}`.trimEnd());
}

function longest(title, list, show) {
  const top = list.toSorted((a, b) => b.lines - a.lines).slice(0, 5);
  say(`${title}:\n${top.map((one) => `  ${show(one)}`).join('\n')}`);
}

function read(file) {
  return readFileSync(join(rootDir, file), 'utf8');
}

function linesOf(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
