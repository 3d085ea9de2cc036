/** One job as a tile: its picture, or in words why there is none yet. */
import { FAILURES } from '@shared/model/failure';
import type { JobTile } from '@shared/model/run';
import { useModel } from '../state/app-model';
import { FAILURE_NOTES, JOB_STATES } from './job-words';

export function JobTileView({ tile }: { readonly tile: JobTile | undefined }) {
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
        <div className="tile">
          {tile.resultId !== undefined && (
            <img
              alt=""
              decoding="async"
              draggable={false}
              loading="lazy"
              src={backend.thumbnail(tile.resultId)}
            />
          )}
          {index}
        </div>
      );
    case 'leased':
    case 'sent':
      return <div className="tile busy">{index}</div>;
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
