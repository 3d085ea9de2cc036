/** The answers of a text run as a table; only the rows in view are drawn and fetched. */
import { FAILURES } from '@shared/model/failure';
import type { Run } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { JOB_STATES } from '../../jobs/job-words';
import { useModel, useUi } from '../../state/app-model';
import { select, setPanel } from '../../state/ui-store';
import { Mark } from '../../ui/pill';
import { useRowWindow } from '../../ui/row-window';
import type { RowWindow } from '../../ui/row-window';
import { nextOffset } from '../../ui/tile-grid';
import { answerFields, fieldText } from './answer-columns';
import type { RunAnswers } from './use-run-answers';
import './text-run.css';

const ROW_PX = 36;

interface TableProps {
  readonly run: Run;
  readonly answers: RunAnswers;
}

export function AnswerTable({ run, answers: { pages, count } }: TableProps) {
  const { ui } = useModel();
  const scroller = useRef<HTMLDivElement>(null);
  const selected = useUi((state) => state.selected.get(run.id));
  const fields = answerFields(run);
  const view = useRowWindow(scroller, { rows: count, rowHeight: ROW_PX, padding: 0 });
  // Subscribing draws the table anew when answers come in.
  useStore(pages.store);
  useEffect(() => {
    if (count > 0) {
      pages.ensure(view.first, view.last);
    }
  }, [pages, view.first, view.last, count]);
  const shown = Array.from({ length: Math.max(0, view.last - view.first + 1) }, (_, at) => view.first + at);
  const titles = ['Row', 'Prompt', ...(fields.length === 0 ? ['Answer'] : fields), 'State'];
  useRevealed(view, selected);
  const columns = `52px minmax(120px, 1.2fr) repeat(${titles.length - 3}, minmax(80px, ${fields.length === 0 ? '2fr' : '1fr'})) 132px`;
  const onKeyDown = useTableKeys(run, { count, page: shown.length - 5, view });
  return (
    <div className="answer-table">
      <div
        aria-activedescendant={selected === undefined ? undefined : `answer-${selected}`}
        aria-label={`Answers of ${run.name}`}
        aria-rowcount={count + 1}
        className="answer-scroll"
        onKeyDown={onKeyDown}
        ref={scroller}
        role="grid"
        tabIndex={0}
      >
        <div className="answer-line answer-titles" role="row" style={{ gridTemplateColumns: columns }}>
          {titles.map((title) => (
            <span className="clip" key={title} role="columnheader" title={title}>
              {title}
            </span>
          ))}
        </div>
        <div className="answer-canvas" role="rowgroup" style={{ height: view.canvasHeight }}>
          {shown.map((offset) => (
            <div
              aria-rowindex={offset + 2}
              aria-selected={offset === selected}
              className="answer-line answer-row"
              id={`answer-${offset}`}
              key={offset}
              onClick={() => select(ui, run.id, offset)}
              role="row"
              style={{
                gridTemplateColumns: columns,
                height: ROW_PX,
                transform: `translateY(${view.topOf(offset)}px)`,
              }}
            >
              <Cells fields={fields} row={pages.rowAt(offset)} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** A row that another control asked for is scrolled to. */
function useRevealed({ scrollTo }: RowWindow, selected: number | undefined): void {
  const reveals = useUi((state) => state.reveals);
  const scrollLatest = useEffectEvent(() => {
    if (selected !== undefined) {
      scrollTo(selected);
    }
  });
  useEffect(() => scrollLatest(), [reveals]);
}

interface Paging {
  readonly count: number;
  /** Rows that a page key goes. */
  readonly page: number;
  readonly view: RowWindow;
}

/** Up and down choose a row; Enter shows it whole. */
function useTableKeys(run: Run, { count, page, view }: Paging) {
  const { ui } = useModel();
  const selected = useUi((state) => state.selected.get(run.id));
  return (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight' || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      setPanel(ui, 'right', true);
      return;
    }
    const next = nextOffset(event.key, {
      current: selected ?? 0,
      count,
      columns: 1,
      page: Math.max(1, page),
    });
    if (next !== null) {
      event.preventDefault();
      const chosen = selected === undefined ? 0 : next;
      select(ui, run.id, chosen);
      view.scrollTo(chosen);
    }
  };
}

function Cells({ row, fields }: { readonly row: AnswerRow | undefined; readonly fields: readonly string[] }) {
  if (row === undefined) {
    return <span role="gridcell">…</span>;
  }
  const { word, tone } = JOB_STATES[row.state];
  const failure = row.failure !== undefined && row.state !== 'done' ? FAILURES[row.failure.kind].title : null;
  const texts = fields.length === 0 ? [row.answer?.text ?? ''] : fields.map((field) => fieldText(row, field));
  return (
    <>
      <span className="num" role="gridcell">
        {row.index}
      </span>
      <span className="clip" role="gridcell" title={row.prompt.slice(0, 300)}>
        {row.prompt}
      </span>
      {texts.map((text, at) => (
        // Columns keep their places.
        <span className="clip" key={at} role="gridcell" title={text.slice(0, 300)}>
          {text.slice(0, 300)}
        </span>
      ))}
      <span className="row" role="gridcell">
        <Mark tone={tone} />
        <span className="clip">{failure ?? word}</span>
      </span>
    </>
  );
}
