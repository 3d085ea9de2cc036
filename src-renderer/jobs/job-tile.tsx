/** One job as a tile: its picture, or in words why there is none yet. */
import { FAILURES } from '@shared/model/failure';
import type { TileSize } from '@shared/media-url';
import type { JobTile } from '@shared/model/run';
import { Thumbnail } from '../pictures/unreadable';
import { useModel } from '../state/app-model';
import { useMayFetch } from '../ui/haste';
import { Mark } from '../ui/pill';
import { FAILURE_NOTES, JOB_STATES } from './job-words';

interface JobTileProps {
  readonly tile: JobTile | undefined;
  /** Which of the small pictures fills it. */
  readonly size?: TileSize;
  /** What was said of it is shown on it. */
  readonly hasMarks?: boolean;
}

export function JobTileView({ tile, size, hasMarks = false }: JobTileProps) {
  const { backend } = useModel();
  if (tile === undefined) {
    return <div className="tile wait" />;
  }
  const index = (
    <span className="index">{tile.variant === 0 ? tile.index : `${tile.index}·${tile.variant + 1}`}</span>
  );
  switch (tile.state) {
    case 'done':
      return (
        <div className="tile pictured">
          {tile.resultId !== undefined && <Picture src={backend.thumbnail(tile.resultId, size)} />}
          {index}
          {hasMarks && <Marks tile={tile} />}
        </div>
      );
    case 'leased':
    case 'sent':
      return (
        <div className="tile busy">
          <span className="tile-state">
            <Mark tone="info" /> {JOB_STATES.sent.word}
          </span>
          {index}
        </div>
      );
    case 'failed':
    case 'unknown':
    case 'cancelled':
      return <WordTile tile={tile} />;
    case 'pending':
      return tile.failureKind === undefined ? (
        <div className="tile wait">{index}</div>
      ) : (
        <WordTile tile={tile} />
      );
  }
}

/** None while its list rushes past. */
function Picture({ src }: { readonly src: string }) {
  return useMayFetch() ? <Thumbnail loading="lazy" src={src} /> : null;
}

/** Verdict and rating, in signs with their own ground; the tile's name says them in words. */
function Marks({ tile }: { readonly tile: JobTile }) {
  return (
    <span aria-hidden="true" className="marks">
      {tile.rating !== undefined && <span>{`★ ${tile.rating}`}</span>}
      {tile.verdict !== undefined && <span>{tile.verdict === 'accepted' ? '✓' : '✕'}</span>}
    </span>
  );
}

function WordTile({ tile }: { readonly tile: JobTile }) {
  const { tone, title, note } = wordsOf(tile);
  return (
    <div className={`tile word ${tone}`}>
      <b>{title}</b>
      {note !== undefined && <span>{note}</span>}
      <span className="num hint">{tile.index}</span>
    </div>
  );
}

function wordsOf({ state, failureKind }: JobTile): { tone: string; title: string; note?: string } {
  if (failureKind === undefined) {
    const { tone, word } = JOB_STATES[state];
    return { tone, title: word, ...(state === 'unknown' ? { note: 'the answer was lost' } : {}) };
  }
  const title = FAILURES[failureKind].title;
  return state === 'pending'
    ? { tone: 'warn', title, note: 'will be sent again' }
    : { tone: 'bad', title, note: FAILURE_NOTES[failureKind] };
}
