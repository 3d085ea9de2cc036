/** What stands in the place of a picture that cannot be read: which file it is, and what to do. */
import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import './unreadable.css';

const RERUN = 'then rerun the row';
/** Before a run; after it a row can be sent again. */
export const UNSENT = 'else nothing is sent for this row';

/** Of an input image, by what the row calls it: a path, an address, or the picture itself. */
export function unreadableSource(reference: string, next: typeof RERUN | typeof UNSENT = RERUN): string {
  if (/^(?:data|embedded):/i.test(reference)) {
    return `The picture inside this row cannot be read. Correct its cell in the dataset, ${next}.`;
  }
  const check = /^https?:/i.test(reference)
    ? 'Check that the address answers with a picture'
    : 'Check that the file is there and is a picture';
  return `“${reference}” cannot be read. ${check}, ${next}.`;
}

export function unreadableResult(fileName: string): string {
  return `“${fileName}” cannot be read. Put the file back into the folder of the run, or rerun the row.`;
}

/** Of a picture that is known by a name, and not by a row. */
export function unreadablePicture(name: string): string {
  return `“${name}” cannot be read. Put its file back where it was, then try again.`;
}

/** Where nothing is known of its file. */
export const UNREADABLE = 'This picture cannot be read. Put its file back where it was, then try again.';

interface UnreadableProps {
  readonly sentence: string;
  onRetry(): void;
}

export function Unreadable({ sentence, onRetry }: UnreadableProps) {
  return (
    <div className="unreadable">
      <ImageOff aria-hidden="true" size={18} />
      <p>{sentence}</p>
      <button className="btn small" onClick={onRetry} type="button">
        Try again
      </button>
    </div>
  );
}

interface RowPictureProps {
  readonly src: string;
  readonly alt: string;
  readonly sentence: string;
}

/** A picture large enough to say in its place why it is not there. To be keyed by its address. */
export function RowPicture({ src, alt, sentence }: RowPictureProps) {
  const [hasFailed, setFailed] = useState(false);
  return hasFailed ? (
    <Unreadable onRetry={() => setFailed(false)} sentence={sentence} />
  ) : (
    <img alt={alt} decoding="async" onError={() => setFailed(true)} src={src} />
  );
}

interface ThumbnailProps {
  readonly src: string;
  readonly alt?: string;
  /** For who points at the sign that stands in its place. */
  readonly sentence?: string;
  readonly loading?: 'lazy';
  onFailed?(): void;
}

/** A picture too small for a sentence: a sign that tells it. Another address is tried anew. */
export function Thumbnail({ src, alt = '', sentence = UNREADABLE, loading, onFailed }: ThumbnailProps) {
  const [failed, setFailed] = useState<string | null>(null);
  return failed === src ? (
    <span aria-label={sentence} className="unreadable-sign" role="img" title={sentence}>
      <ImageOff aria-hidden="true" size={14} />
    </span>
  ) : (
    <img
      alt={alt}
      decoding="async"
      draggable={false}
      loading={loading}
      onError={() => {
        setFailed(src);
        onFailed?.();
      }}
      src={src}
    />
  );
}
