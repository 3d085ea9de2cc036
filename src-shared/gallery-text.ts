/** What is typed into the search of the gallery, as terms; and text as the words it is found by. Nothing typed is wrong. */

export interface SearchTerm {
  /** In lower case as it was typed, without accents removed; at least one. */
  readonly words: readonly string[];
  /** True: the last word may go on (`sno` finds `snow`). */
  readonly isPrefix: boolean;
  readonly isExcluded: boolean;
  /** Only in this column of the dataset; absent: anywhere. */
  readonly column?: string;
}

/** Scripts without spaces between words: each sign is a word, and a run of them a phrase. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const PIECES = new RegExp(`${UNSPACED.source}\\p{M}*|[^${UNSPACED.source.slice(1, -1)}]+`, 'gu');

/** The words of a text as the search index has them (SQLite's unicode61 folds case and accents itself). */
export function wordsOf(text: string): string[] {
  const runs = text.normalize('NFC').match(WORD) ?? [];
  return runs.flatMap((run) => (UNSPACED.test(run) ? (run.match(PIECES) ?? []) : [run]));
}

const TERM = /(-?)(?:([^\s":]+):)?(?:"([^"]*)(?:"|$)|([^\s"]+))/gu;

/**
 * Reads a search. `isColumn` tells names of columns: `http://x` is no column, and is searched as it stands.
 * Terms without a word (`--`, `""`) say nothing and are left out.
 */
export function parseSearch(text: string, isColumn: (name: string) => boolean): SearchTerm[] {
  const terms: SearchTerm[] = [];
  for (const [, sign = '', prefix, phrase, bare] of text.matchAll(TERM)) {
    const column = prefix !== undefined && isColumn(prefix) ? prefix : undefined;
    const said = `${column === undefined && prefix !== undefined ? `${prefix} ` : ''}${phrase ?? bare ?? ''}`;
    const words = wordsOf(said);
    if (words.length > 0) {
      terms.push({
        words,
        isPrefix: phrase === undefined,
        isExcluded: sign === '-',
        ...(column === undefined ? {} : { column }),
      });
    }
  }
  return terms;
}
