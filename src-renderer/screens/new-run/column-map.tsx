/** Which columns hold the pictures, the mask and the name of the result. */
import { columnsNamingImages, detectImageColumns, MASK_COLUMN } from '@shared/columns';
import { useLive } from '../../state/app-model';
import { withPictureColumns } from '../../state/new-run-draft';
import { SelectField } from '../../ui/field';
import type { DraftView } from './use-draft';

export function ColumnMap({ view }: { readonly view: DraftView }) {
  const { draft, columns, dataset } = view;
  const isOwn = dataset?.format === 'folder' || dataset?.format === 'images';
  if (columns.length === 0 || isOwn) {
    return null;
  }
  return (
    <div className="fields">
      <PictureColumns view={view} />
      {draft.task !== 'text' && <ResultColumns view={view} />}
    </div>
  );
}

/** An answer has no mask and no file. */
function ResultColumns({ view }: { readonly view: DraftView }) {
  const { draft, columns, change } = view;
  return (
    <>
      <SelectField
        className="span2"
        label="Mask"
        onChange={(event) => change({ maskColumn: event.target.value })}
        value={draft.maskColumn}
      >
        <option value="">{columns.includes(MASK_COLUMN) ? `${MASK_COLUMN} (found)` : 'None'}</option>
        <ColumnOptions columns={columns} />
      </SelectField>
      <SelectField
        className="span2"
        label="Name of the result"
        onChange={(event) => change({ outputNameColumn: event.target.value })}
        value={draft.outputNameColumn}
      >
        <option value="">Row index: 000187.png</option>
        <ColumnOptions columns={columns} />
      </SelectField>
    </>
  );
}

function PictureColumns({ view }: { readonly view: DraftView }) {
  const { draft, columns, sample, change } = view;
  const detected = detectImageColumns(columns);
  const chosen = draft.imageColumns ?? detected;
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  const toggle = (column: string) => {
    const named = chosen.includes(column) ? chosen.filter((one) => one !== column) : [...chosen, column];
    change(withPictureColumns(draft, named, { models, endpoints }));
  };
  const likely =
    chosen.length === 0 && sample.kind === 'ready'
      ? columnsNamingImages(sample.rows.map(({ fields }) => fields))
      : [];
  return (
    <fieldset className="span4 plain">
      <legend className="legend">Columns with pictures, in the order they are sent</legend>
      <div className="chips">
        {columns.map((column) => {
          const place = chosen.indexOf(column);
          return (
            <button
              aria-pressed={place !== -1}
              className="chip"
              key={column}
              onClick={() => toggle(column)}
              type="button"
            >
              {column}
              {place !== -1 && chosen.length > 1 && <span className="num">{place + 1}</span>}
            </button>
          );
        })}
        {draft.imageColumns !== null && (
          <button className="btn small ghost" onClick={() => change({ imageColumns: null })} type="button">
            As found
          </button>
        )}
      </div>
      {likely.length > 0 && (
        <p className="hint">
          The cells of {likely.map((column) => `“${column}”`).join(', ')} look like names of pictures: choose
          the column to send them.
        </p>
      )}
      <p className="hint">
        {draft.imageColumns === null && detected.length > 0
          ? `Found by name: ${detected.join(', ')}. A cell may hold several.`
          : 'A cell may hold several, as a JSON array or separated by | or commas.'}
      </p>
    </fieldset>
  );
}

function ColumnOptions({ columns }: { readonly columns: readonly string[] }) {
  return columns.map((column) => (
    <option key={column} value={column}>
      {column}
    </option>
  ));
}
