/** The first rows with their pictures; the chosen one feeds the previews. */
import { imageReferences } from '@shared/columns';
import type { Row } from '@shared/model/run';
import { Thumbnail, unreadableSource, UNSENT } from '../../pictures/unreadable';
import { Notice } from '../../ui/notice';
import type { DraftView } from './use-draft';

const MOST_COLUMNS = 5;

export function RowTable({ view }: { readonly view: DraftView }) {
  const { sample, columns, draft, change } = view;
  if (sample.kind === 'failed') {
    return <Notice tone="bad">{sample.sentence}</Notice>;
  }
  const rows = sample.kind === 'ready' ? sample.rows : [];
  const hasPictures = rows.some((row) => row.thumbnails.length > 0);
  const shown = columns.slice(0, MOST_COLUMNS);
  return (
    <div className="row-table">
      <table className="table">
        <caption className="sr-only">The first rows. Choose one for the preview.</caption>
        <thead>
          <tr>
            <th scope="col">Row</th>
            {hasPictures && <th scope="col">Pictures</th>}
            {shown.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <RowLine
              columns={shown}
              hasPictures={hasPictures}
              imageColumns={draft.imageColumns ?? []}
              isChosen={row.row === draft.previewRow}
              key={row.row}
              onChoose={() => change({ previewRow: row.row })}
              row={row}
            />
          ))}
        </tbody>
      </table>
      {columns.length > MOST_COLUMNS && (
        <p className="hint">
          and {columns.length - MOST_COLUMNS} more columns: {columns.slice(MOST_COLUMNS).join(', ')}
        </p>
      )}
    </div>
  );
}

interface RowLineProps {
  readonly row: Row;
  readonly columns: readonly string[];
  readonly imageColumns: readonly string[];
  readonly hasPictures: boolean;
  readonly isChosen: boolean;
  onChoose(): void;
}

function RowLine({ row, columns, imageColumns, hasPictures, isChosen, onChoose }: RowLineProps) {
  const names = imageReferences(row.fields, imageColumns);
  return (
    <tr className={isChosen ? 'chosen' : undefined} onClick={onChoose}>
      <td>
        <label className="check num">
          <input
            aria-label={`Preview row ${row.index}`}
            checked={isChosen}
            name="preview-row"
            onChange={onChoose}
            type="radio"
          />
          {row.index}
        </label>
      </td>
      {hasPictures && (
        <td>
          <div className="thumbs">
            {row.thumbnails.slice(0, 4).map((src, at) => (
              <Thumbnail
                alt={`Picture ${at + 1} of row ${row.index}`}
                key={src}
                sentence={unreadableSource(names[at] ?? '', UNSENT)}
                src={src}
              />
            ))}
            {row.thumbnails.length === 0 && <span className="hint">none</span>}
          </div>
        </td>
      )}
      {columns.map((column) => (
        <td key={column} title={row.fields[column]}>
          {row.fields[column]}
        </td>
      ))}
    </tr>
  );
}
