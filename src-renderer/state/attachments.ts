/**
 * Files that go along with a text request, wherever they come from: the one place that knows how a page gets at a
 * file. In the window a file that was dropped or picked is granted by main a moment later, and then goes by its grant; a
 * pasted one, and any in a browser, goes as its bytes.
 */
import type { AskedText, Attachment } from '@shared/contract/text';
import type { Grant } from '@shared/contract';
import type { Medium } from '@shared/model/text';
import { formatBytes } from '../ui/format';

export interface ChosenFile {
  readonly id: number;
  readonly name: string;
  readonly medium: Medium;
  /** Null: of a result, whose size nobody asked for. */
  readonly sizeBytes: number | null;
  readonly source:
    | { readonly kind: 'file'; readonly grant: string }
    | { readonly kind: 'bytes'; readonly file: File }
    | { readonly kind: 'result'; readonly resultId: number }
    /** Of a request that was asked before. */
    | { readonly kind: 'asked'; readonly jobId: number; readonly place: number };
}

export interface Taken {
  readonly files: readonly ChosenFile[];
  /** One sentence each, of what could not be taken. */
  readonly problems: readonly string[];
}

/** The border takes this many in one request. */
export const MOST_ATTACHMENTS = 64;
/** Bytes go through the page's memory more than once; a granted file never enters it. */
const MOST_BYTES = 200_000_000;

const EXTENSIONS: Readonly<Record<Medium, RegExp>> = {
  image: /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic|heif)$/i,
  audio: /\.(wav|mp3|m4a|aac|ogg|oga|opus|flac|aiff?)$/i,
  video: /\.(mp4|m4v|mov|webm|mpe?g|avi|wmv|3gpp?|flv|mkv)$/i,
};

export const MEDIA: readonly Medium[] = ['image', 'audio', 'video'];

/** By what the system says of it, else by its name; null: none that a model takes. */
export function mediumOf(name: string, type: string): Medium | null {
  return (
    MEDIA.find((medium) => type.startsWith(`${medium}/`)) ??
    MEDIA.find((medium) => EXTENSIONS[medium].test(name)) ??
    null
  );
}

let lastId = 0;

function newId(): number {
  lastId += 1;
  return lastId;
}

export function takeFiles(before: readonly ChosenFile[], files: readonly File[]): Taken {
  const taken: ChosenFile[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const medium = mediumOf(file.name, file.type);
    if (medium === null) {
      problems.push(`“${file.name}” is not a picture, sound or video; open a table of rows under New run.`);
    } else if (before.length + taken.length >= MOST_ATTACHMENTS) {
      problems.push(`“${file.name}” was left out: a request takes ${MOST_ATTACHMENTS} files.`);
    } else {
      const name = file.name === '' ? `pasted ${medium}` : file.name;
      taken.push({ id: newId(), name, medium, sizeBytes: file.size, source: { kind: 'bytes', file } });
    }
  }
  return { files: [...before, ...taken], problems };
}

export function takeResults(
  before: readonly ChosenFile[],
  resultIds: readonly number[],
): readonly ChosenFile[] {
  const isNew = (resultId: number) =>
    before.every(({ source }) => source.kind !== 'result' || source.resultId !== resultId);
  const added = resultIds.filter(isNew).map(
    (resultId): ChosenFile => ({
      id: newId(),
      name: `result ${resultId}`,
      medium: 'image',
      sizeBytes: null,
      source: { kind: 'result', resultId },
    }),
  );
  return [...before, ...added].slice(0, MOST_ATTACHMENTS);
}

/** Those that are still kept. */
export function takeAsked(jobId: number, files: AskedText['files']): Taken {
  const kept = files.filter(({ sizeBytes }) => sizeBytes !== null);
  return {
    files: kept.map(({ place, medium, name, sizeBytes }) => ({
      id: newId(),
      name,
      medium,
      sizeBytes,
      source: { kind: 'asked', jobId, place },
    })),
    problems: files
      .filter(({ sizeBytes }) => sizeBytes === null)
      .map(({ medium }) => `A file of that request, ${medium}, is no longer kept: attach it again.`),
  };
}

/** Files by their grants from now on; a folder is no file, so its chip goes. */
export function withGrants(before: readonly ChosenFile[], grants: readonly Grant[]): readonly ChosenFile[] {
  const left = [...grants];
  return before.flatMap((file) => {
    const at = file.source.kind === 'bytes' ? left.findIndex((grant) => grant.name === file.name) : -1;
    const [grant] = at === -1 ? [] : left.splice(at, 1);
    if (grant === undefined) {
      return [file];
    }
    return grant.isDirectory ? [] : [{ ...file, source: { kind: 'file', grant: grant.token } as const }];
  });
}

/** `place`: where it stands afterwards. */
export function withFileMoved(
  files: readonly ChosenFile[],
  from: number,
  place: number,
): readonly ChosenFile[] {
  const moved = files[from];
  return moved === undefined || place < 0 || place >= files.length
    ? files
    : files.toSpliced(from, 1).toSpliced(place, 0, moved);
}

export function attachmentOf({ name, source }: ChosenFile): Attachment {
  switch (source.kind) {
    case 'file':
      return { kind: 'file', grant: source.grant };
    case 'bytes':
      return { kind: 'bytes', name, file: source.file };
    case 'result':
      return { kind: 'result', resultId: source.resultId };
    case 'asked':
      return { kind: 'asked', jobId: source.jobId, place: source.place };
  }
}

/** One sentence; null when all can be sent. */
export function whyNotFiles(files: readonly ChosenFile[]): string | null {
  const large = files.find(
    ({ source, sizeBytes }) => source.kind === 'bytes' && (sizeBytes ?? 0) > MOST_BYTES,
  );
  return large === undefined
    ? null
    : `“${large.name}” is too large to be pasted; save it and drop the file, at most ${formatBytes(MOST_BYTES)} go without.`;
}

/** `k` of the files of one medium, counted from 1: what the k-th token stands for. */
export function placeAmongMedium(files: readonly ChosenFile[], at: number): number {
  const medium = files[at]?.medium;
  return files.slice(0, at + 1).filter((file) => file.medium === medium).length;
}
