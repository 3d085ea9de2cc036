/** The row the previews show: its pictures, its cells, and the instruction as it will be sent. */
import { imageReferences } from '@shared/columns';
import { parseTemplate, renderTemplate } from '@shared/template';
import type { Dataset, Row } from '@shared/model/run';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { RowPicture, unreadableSource, UNSENT } from '../../pictures/unreadable';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { useDatasetRows } from './use-dataset-rows';
import { useDraft } from './use-draft';
import type { DraftView } from './use-draft';

export function RowInspector() {
  const view = useDraft();
  if (view.dataset === undefined) {
    return <p className="side-empty pad">The first rows and what is sent for them are shown here.</p>;
  }
  return <RowPreview dataset={view.dataset} view={view} />;
}

function RowPreview({ dataset, view }: { readonly dataset: Dataset; readonly view: DraftView }) {
  const { draft, change } = view;
  const imageColumns = draft.imageColumns ?? [];
  const state = useDatasetRows(dataset, { offset: draft.previewRow, limit: 1, imageColumns });
  const row = state.kind === 'ready' ? state.rows[0] : undefined;
  const move = (step: number) =>
    change({ previewRow: Math.min(dataset.rows - 1, Math.max(0, draft.previewRow + step)) });
  return (
    <>
      <div className="pad row">
        <b className="grow">
          Row <span className="num">{formatCount(draft.previewRow)}</span>
        </b>
        <span className="hint">{plural(dataset.rows, 'row')}</span>
        <button
          aria-label="Previous row"
          className="btn icon small ghost"
          onClick={() => move(-1)}
          type="button"
        >
          <ChevronLeft aria-hidden="true" size={14} />
        </button>
        <button aria-label="Next row" className="btn icon small ghost" onClick={() => move(1)} type="button">
          <ChevronRight aria-hidden="true" size={14} />
        </button>
      </div>
      {state.kind === 'failed' && <Notice tone="bad">{state.sentence}</Notice>}
      {row !== undefined && <RowFacts row={row} view={view} />}
    </>
  );
}

function RowFacts({ row, view }: { readonly row: Row; readonly view: DraftView }) {
  const { draft } = view;
  const rendered = renderTemplate(parseTemplate(draft.instruction), row.fields);
  return (
    <>
      {draft.task === 'edit' && (
        <div className="pad">
          {row.thumbnails.length === 0 ? (
            <p className="hint">
              This row names no picture; it would fail as bad input and nothing would be sent.
            </p>
          ) : (
            <div className="row-pictures">
              <RowPictures row={row} view={view} />
            </div>
          )}
        </div>
      )}
      {draft.task === 'text' && row.thumbnails.length > 0 && (
        <div className="pad row-pictures">
          <RowPictures row={row} view={view} />
        </div>
      )}
      {draft.task === 'text' && <SystemPrompt row={row} view={view} />}
      <div className="pad">
        <h2 className="legend">Sent as</h2>
        <p aria-live="polite" className="rendered">
          {rendered.text.trim() === '' ? <span className="hint">nothing yet</span> : rendered.text}
        </p>
      </div>
      <div className="pad">
        <dl className="kv">
          {Object.entries(row.fields).map(([name, value]) => (
            <div className="kv-pair" key={name}>
              <dt className="clip" title={name}>
                {name}
              </dt>
              <dd className="clip" title={value}>
                {value}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}

function RowPictures({ row, view }: { readonly row: Row; readonly view: DraftView }) {
  const names = imageReferences(row.fields, view.draft.imageColumns ?? []);
  return row.thumbnails.map((src, at) => (
    <RowPicture
      alt={`Picture ${at + 1} of row ${row.index}`}
      key={src}
      sentence={unreadableSource(names[at] ?? '', UNSENT)}
      src={src}
    />
  ));
}

function SystemPrompt({ row, view }: { readonly row: Row; readonly view: DraftView }) {
  const { text } = renderTemplate(parseTemplate(view.draft.text.system), row.fields);
  return text.trim() === '' ? null : (
    <div className="pad">
      <h2 className="legend">System prompt</h2>
      <p className="rendered">{text}</p>
    </div>
  );
}
