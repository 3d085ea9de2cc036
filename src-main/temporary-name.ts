/**
 * How a result is called on its way to its final name: its job's stem, whose it is (its library and its attempt there),
 * and what of it this is. Several libraries may write into one folder, and none touches what another has under way.
 */

export interface OnItsWay {
  /** Below the output folder, without extension. */
  readonly stem: string;
  /** Of the library: `libraryMark` of its id. */
  readonly mark: string;
  readonly attemptId: number;
}

/** Tells the libraries apart that share a folder; the whole id would make names too long. */
export function libraryMark(libraryId: string): string {
  return libraryId.slice(0, 8);
}

/** Stem and owner: what all names of one attempt begin with. */
export function whoseName({ stem, mark, attemptId }: OnItsWay): string {
  return `${stem}.${mark}.${attemptId}`;
}

/** As programs before named the owner, without a library. */
export function formerWhoseName({ stem, attemptId }: Omit<OnItsWay, 'mark'>): string {
  return `${stem}.${attemptId}`;
}

/** The attempt's bytes as they come; what is whole under it may still be a draft. */
export function resultName(of: OnItsWay): string {
  return `${whoseName(of)}.part`;
}

/** The whole answer of an attempt whose end could not be written down: it is the result as soon as it can be. */
export function wholeName(of: OnItsWay): string {
  return `${whoseName(of)}.whole.part`;
}

/** A further picture of the same answer. */
export function draftName(of: OnItsWay, number: number): string {
  return `${whoseName(of)}-${number}.part`;
}

/** While what `wholeName` names is being written. */
export function unfinishedWhole(path: string): string {
  return path.replace(/\.whole\.part$/, '-0.part');
}

/** A picture on the way to the result, for looking at. */
export function partialName(of: OnItsWay, number: number): string {
  return `${whoseName(of)}.partial-${number}.part`;
}

/** What the names of its attempt began with, of a result by its final name. */
export function stemOfResult(fileName: string): string {
  return fileName.replace(/\.\w+$/, '');
}

export interface NamedTemporary {
  readonly whose: string;
  /** `whole`: also while it is being written, as it may be in this moment. */
  readonly kind: 'result' | 'whole' | 'other';
}

const TEMPORARY = /^(?<whose>.*\.\d+)(?<more>-\d+|\.partial-\d+|\.whole)?\.part$/s;

/** What `wholeName` and `unfinishedWhole` put behind the owner. */
const WHOLE: ReadonlySet<string> = new Set(['.whole', '-0']);

/** Null: the name of nothing of ours. */
export function readTemporaryName(name: string): NamedTemporary | null {
  const { whose, more } = TEMPORARY.exec(name)?.groups ?? {};
  if (whose === undefined) {
    return null;
  }
  return { whose, kind: more === undefined ? 'result' : WHOLE.has(more) ? 'whole' : 'other' };
}
