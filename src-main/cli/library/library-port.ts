/** What `brushfleet library` needs: a library that nothing else has open. Neither call rejects for a damaged database. */
export interface CliLibrary {
  /** Reads the whole database. Null: it is sound; else one sentence that names the file, the damage and the way out. */
  check(): Promise<string | null>;
  /** Answers one sentence: what was put in place, and where the damaged database is kept. Throws a Refusal. */
  restore(): Promise<string>;
  close(): Promise<void>;
}

export type OpenedLibrary =
  | { readonly kind: 'ok'; readonly library: CliLibrary }
  | { readonly kind: 'refused'; readonly sentence: string };
