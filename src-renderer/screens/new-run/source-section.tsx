/** Step 1: where the rows come from, and a look at the first of them. */
import type { Dataset } from '@shared/model/run';
import { FileText, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { useModel, useUi } from '../../state/app-model';
import { EMPTY_DRAFT } from '../../state/new-run-draft';
import { openPrompts, openSample, openWithFolders, pickSource, promptLines } from '../../state/sources';
import { useAction } from '../../state/use-action';
import { Field } from '../../ui/field';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ColumnMap } from './column-map';
import { DescribeButton } from './describe-dialog';
import { RowTable } from './row-table';
import { SourceHead } from './source-head';
import type { DraftView } from './use-draft';
import { Keys } from '../../ui/keys';

export function SourceSection({ view }: { readonly view: DraftView }) {
  const source = useUi((state) => state.source);
  return (
    <>
      <SourceHead />
      {source.kind === 'refused' && <Notice tone="bad">{source.sentence}</Notice>}
      {source.kind === 'opening' && <p aria-busy="true">Reading the file…</p>}
      {view.dataset === undefined ? <ChooseSource /> : <ChosenSource dataset={view.dataset} view={view} />}
    </>
  );
}

function ChooseSource() {
  const model = useModel();
  const action = useAction();
  return (
    <>
      <div className="drop-zone">
        <p>
          <b>Drop a file or pictures here</b>, or press <Keys press="Ctrl+V" /> to paste pictures or prompts.
        </p>
        <p className="hint">CSV, JSON Lines, JSON, TXT, Parquet, or a folder of pictures</p>
        <div className="row wrap">
          <button
            className="btn primary"
            onClick={() => void action.run(() => pickSource(model, 'dataset'))}
            type="button"
          >
            <FileText aria-hidden="true" size={14} />
            Open a file…
          </button>
          <button
            className="btn"
            onClick={() => void action.run(() => pickSource(model, 'imageFolder'))}
            type="button"
          >
            <FolderOpen aria-hidden="true" size={14} />
            Open a folder…
          </button>
          <button className="btn ghost" onClick={() => void openSample(model)} type="button">
            Use the sample
          </button>
        </div>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      </div>
      <PastePrompts />
    </>
  );
}

function PastePrompts() {
  const model = useModel();
  const [text, setText] = useState('');
  const lines = promptLines(text);
  return (
    <div className="stack">
      <Field hint="One prompt per line. Pictures are generated from the text alone." label="Or write prompts">
        {(wiring) => (
          <textarea
            className="input"
            onChange={(event) => setText(event.target.value)}
            placeholder="A lighthouse at dusk, watercolour"
            rows={4}
            value={text}
            {...wiring}
          />
        )}
      </Field>
      {lines.length > 0 && (
        <div className="row">
          <button className="btn" onClick={() => void openPrompts(model, text)} type="button">
            Use {plural(lines.length, 'prompt')}
          </button>
        </div>
      )}
    </div>
  );
}

const FORMATS: Readonly<Record<Dataset['format'], string>> = {
  csv: 'CSV',
  jsonl: 'JSON Lines',
  json: 'JSON',
  txt: 'text, one prompt per line',
  parquet: 'Parquet',
  folder: 'folder of pictures',
  prompts: 'written prompts',
  images: 'pictures',
};

function ChosenSource({ dataset, view }: { readonly dataset: Dataset; readonly view: DraftView }) {
  const { draft: store, ui } = useModel();
  return (
    <>
      <div className="row">
        <b>{dataset.name}</b>
        <span className="hint">
          {FORMATS[dataset.format]}, {plural(dataset.rows, 'row')}
          {dataset.importing && ', still reading'}
        </span>
        <span className="grow" />
        <DescribeButton dataset={dataset} view={view} />
        <button
          className="btn small ghost"
          onClick={() => {
            ui.setState({ source: { kind: 'idle' } });
            store.setState(EMPTY_DRAFT, true);
          }}
          type="button"
        >
          Choose another
        </button>
      </div>
      <Problems dataset={dataset} />
      <RowTable view={view} />
      <ColumnMap view={view} />
    </>
  );
}

/** Problems block nobody: they are counted, and listed with their lines when asked for. */
const SHOWN_PROBLEMS = 100;
/** So few are seen without being asked for. */
const SHOWN_AT_ONCE = 3;

function Problems({ dataset }: { readonly dataset: Dataset }) {
  const model = useModel();
  const { problems } = dataset;
  if (problems.length === 0) {
    return null;
  }
  const skipped = problems.filter((problem) => problem.severity === 'skipped').length;
  const notes = problems.length - skipped;
  const words = [
    ...(skipped > 0 ? [`${plural(skipped, 'line')} left out`] : []),
    ...(notes > 0 ? [plural(notes, 'remark')] : []),
  ];
  const remarked = new Set(problems.flatMap(({ line, severity }) => (severity === 'note' ? line : [])));
  return (
    <details className="problems" open={problems.length <= SHOWN_AT_ONCE}>
      <summary>
        {words.join(', ')}.{dataset.rows > remarked.size && ' The other rows are fine.'}
      </summary>
      <ul>
        {problems.slice(0, SHOWN_PROBLEMS).map((problem) => (
          <li key={`${problem.line} ${problem.message}`}>
            {problem.about === undefined && <span className="num">line {formatCount(problem.line)}</span>}
            <span className={problem.about === undefined ? undefined : 'of-all'}>
              {problem.message}
              {problem.about === 'folders' && (
                <button
                  className="btn small"
                  onClick={() => void openWithFolders(model, dataset)}
                  type="button"
                >
                  Take them in
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {problems.length > SHOWN_PROBLEMS && (
        <p className="hint">and {problems.length - SHOWN_PROBLEMS} more</p>
      )}
    </details>
  );
}
