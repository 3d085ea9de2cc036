/**
 * metadata.jsonl as the `datasets` library takes it (its folder_based_builder). It guesses each column's type from a
 * file's first lines and refuses splits whose columns differ, so no column is ever null or of two types; and it opens
 * whatever a `*_file_name` says, so that column is there only where every line has a picture, in every split.
 */
import { cellOf, type Fields } from '@shared/columns';
import type { LayoutSink } from './layout-sink';
import type { PictureFacts } from './picture-record';

/** Pictures a line may have, by the column's stem. `one`: a line has one at most. */
export type OptionalPictures = Readonly<Record<string, 'one' | 'many'>>;

export interface LoaderMetadata {
  /** `files`: paths from the split's folder. */
  add(
    split: string,
    line: {
      readonly head: Readonly<Record<string, string>>;
      readonly files: Readonly<Record<string, readonly string[]>>;
      readonly facts: Readonly<Record<string, string | number | boolean>>;
    },
  ): Promise<void>;
  /** Decides which columns there are; once, when all lines are there. */
  end(): Promise<void>;
}

interface Tally {
  lines: number;
  /** By column: lines with a picture, and the place of the first of them. */
  readonly filled: Map<string, { count: number; readonly first: number }>;
}

interface Draft {
  readonly head: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export function loaderMetadata(sink: LayoutSink, optional: OptionalPictures): LoaderMetadata {
  const splits = new Map<string, Tally>();
  return {
    async add(split, line) {
      const tally = splits.get(split) ?? { lines: 0, filled: new Map() };
      splits.set(split, tally);
      for (const name of Object.keys(optional).filter((one) => (line.files[one] ?? []).length > 0)) {
        const filled = tally.filled.get(name) ?? { count: 0, first: tally.lines };
        filled.count += 1;
        tally.filled.set(name, filled);
      }
      tally.lines += 1;
      await sink.line(metadataOf(split), jsonText(line));
    },
    async end() {
      const columns = Object.entries(optional).map(([name, kind]) =>
        columnOf(name, kind, [...splits.values()]),
      );
      for (const [split, { filled }] of splits) {
        // Among the first lines, from which the types are guessed.
        const first = new Set([...filled.values()].map((one) => one.first));
        await sink.rewrite(metadataOf(split), (text) => finished(JSON.parse(text) as Draft, columns), first);
      }
    },
  };
}

/** The facts of a result without a null: `unset` and 0 stand for what nobody said. */
export function plainFacts({
  verdict,
  rating,
  reasons,
  suspicion,
  suspicions,
  ...facts
}: PictureFacts): Record<string, string | number | boolean> {
  return {
    ...facts,
    verdict: verdict ?? 'unset',
    rating: rating ?? 0,
    reasons: reasons.join('; '),
    measured: suspicion !== null,
    suspicions: suspicions.join('; '),
  };
}

/** The names of `plainFacts` and of what stands beside them. */
const OWN_FACTS: Readonly<Record<keyof PictureFacts | 'measured' | 'source_url', true>> = {
  instruction: true,
  model: true,
  run: true,
  index: true,
  variant: true,
  width: true,
  height: true,
  verdict: true,
  rating: true,
  reasons: true,
  note: true,
  suspicion: true,
  suspicions: true,
  measured: true,
  source_url: true,
};
const OPENED = /(?:^|_)file_names?$/;
const OWN_PICTURES = /^(?:edited|source|references)_(?:file_names?|paths)$/;

/**
 * The input's cells as they came, under their own names. One of our names gets `row_` before it, and what the loader
 * would open gets an ending. A picture that a cell holds itself is not told: it stands in the folder as a file.
 */
export function rowCells(columns: readonly string[]): (fields: Fields) => Record<string, string> {
  const taken = new Set(Object.keys(OWN_FACTS));
  const names = columns.map((column) => {
    let name = OPENED.test(column) ? `${column}_cell` : column;
    while (taken.has(name) || OWN_PICTURES.test(name)) {
      name = `row_${name}`;
    }
    taken.add(name);
    return [column, name] as const;
  });
  return (fields) =>
    Object.fromEntries(
      names.map(([column, name]) => {
        const cell = cellOf(fields, column) ?? '';
        return [name, /^\s*data:image\//i.test(cell) ? '' : cell];
      }),
    );
}

/** Some readers take two more characters for the end of a line. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

type Column = (files: Draft['files']) => readonly (readonly [string, unknown])[];

function columnOf(name: string, kind: 'one' | 'many', splits: readonly Tally[]): Column {
  const filled = splits.map((split) => ({ lines: split.lines, count: split.filled.get(name)?.count ?? 0 }));
  if (filled.every(({ count }) => count === 0)) {
    return () => [];
  }
  if (kind === 'one' && filled.every(({ lines, count }) => lines === count)) {
    return (files) => [[`${name}_file_name`, files[name]?.[0] ?? '']];
  }
  if (filled.every(({ count }) => count > 0)) {
    return (files) => [[`${name}_file_names`, files[name] ?? []]];
  }
  // A split without any would have a column of another type: told as text, it loads.
  return (files) => [[`${name}_paths`, (files[name] ?? []).join(' | ')]];
}

function finished({ head, files, facts }: Draft, columns: readonly Column[]): string {
  const pictures = Object.fromEntries(columns.flatMap((column) => column(files)));
  return jsonText({ ...head, ...pictures, ...facts });
}

function metadataOf(split: string): string {
  return `${split}/metadata.jsonl`;
}
