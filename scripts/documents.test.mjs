/** What the documents say of the code, and the code of the documents, is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../src-shared/model/failure';
import { rootDir } from './bootstrap.mjs';

const SOURCES = ['src-main', 'src-shared', 'src-renderer', 'scripts', 'bench', 'e2e'];
const DOCUMENTS = ['README.md', ...readdirSync(join(rootDir, 'docs')).map((name) => `docs/${name}`)];
/** A file of this repository's own; what lies behind `https://` or a variable is not. */
const NAMED_DOCUMENT = /(?<![\w./:{}$-])(?:[\w-]+\/)*[\w-]+\.md\b/g;

const read = (file) => readFileSync(join(rootDir, file), 'utf8');

function filesBelow(folder) {
  return readdirSync(join(rootDir, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:tsx?|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(rootDir.length + 1));
}

/** The comments of a source: whole lines, and what stands behind code. */
function commentsOf(source) {
  return [...source.matchAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm)].map(([comment]) => comment).join('\n');
}

function foldersOf(folder) {
  return readdirSync(join(rootDir, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => entry.name);
}

describe('documents', () => {
  it('that comments name are in the repository', () => {
    const missing = SOURCES.flatMap(filesBelow).flatMap((file) =>
      [...commentsOf(read(file)).matchAll(NAMED_DOCUMENT)]
        .filter(([named]) => !existsSync(join(rootDir, named)))
        .map(([named]) => `${file}: ${named}`),
    );
    expect(missing).toEqual([]);
  });

  it.each(DOCUMENTS)('%s links to what is there', (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const missing = targets.filter(([, path, part]) => {
      const file = path === '' ? document : join(dirname(document), path);
      return !existsSync(join(rootDir, file)) || (part !== undefined && !headings(read(file)).has(part));
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names files that are there', (document) => {
    const named = [...read(document).matchAll(/`((?:src-\w+|scripts|bench|e2e|resources)\/[\w./-]*)`/g)];
    expect(named.map(([, path]) => path).filter((path) => !existsSync(join(rootDir, path)))).toEqual([]);
  });

  it('are only those that somebody finds', () => {
    const linked = read('README.md');
    expect(DOCUMENTS.slice(1).filter((document) => !linked.includes(`](${document})`))).toEqual([]);
  });
});

/** As the addresses of headings are made on GitHub. */
function headings(document) {
  return new Set(
    [...document.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('docs/architecture.md', () => {
  const document = read('docs/architecture.md');

  it.each(['src-main/app', 'src-main/store'])('tells of every folder of %s, and of no other', (folder) => {
    const [, section = ''] = document.split(`## ${folder}, folder by folder\n`);
    const told = [...(section.split('\n## ')[0] ?? '').matchAll(/^\*\*([\w-]+)\*\*/gm)].map(
      ([, name]) => name,
    );
    expect(told.toSorted()).toEqual(foldersOf(folder).toSorted());
  });

  it('has the table of failures as the program has it', () => {
    const rows = [...document.matchAll(/^\| `(\w+)` \| [^|]* \| `(\w+)` \| (\w+) \| (\w+) \|$/gm)];
    const told = rows.map(([, kind, then, blames, charged]) => [kind, { then, blames, charged }]);
    const known = Object.entries(FAILURES).map(([kind, { then, blames, charged }]) => [
      kind,
      { then, blames, charged },
    ]);
    expect(told).toEqual(known);
    for (const action of new Set(known.map(([, { then }]) => then))) {
      expect(document).toMatch(new RegExp(`^\\| \`${action}\` \\| [^|\`]+ \\| [^|\`]*`, 'm'));
    }
  });

  it('names every thread that is started by a file of its own', () => {
    const entries = filesBelow('src-main').filter((file) => /(?:^|-)worker\.ts$/.test(basename(file)));
    expect(entries.filter((file) => !document.includes(`\`${file}\``))).toEqual([]);
  });
});

it('README.md tells of every folder below src-main', () => {
  const [, table = ''] = read('README.md').split('## What is where\n');
  expect(foldersOf('src-main').filter((folder) => !table.includes(`${folder}/\``))).toEqual([]);
});

it('ends every fence that it begins', () => {
  for (const document of DOCUMENTS) {
    expect((read(document).match(/^\s*```/gm) ?? []).length % 2).toBe(0);
  }
});
