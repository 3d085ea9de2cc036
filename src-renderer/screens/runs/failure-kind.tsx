/** The failures of one kind: what to do, and each text with its rows and its rerun. */
import { imageReferences } from '@shared/columns';
import { FAILURES } from '@shared/model/failure';
import type { FailureKind } from '@shared/model/failure';
import type { Run } from '@shared/model/run';
import { useState } from 'react';
import type { Client } from '../../api';
import { Thumbnail, unreadableSource } from '../../pictures/unreadable';
import { useLive, useModel, useUi } from '../../state/app-model';
import type { RunControls } from '../../state/run-controls';
import { ALL_JOBS, isPanelShown, reveal, setFilter } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { useDatasetRows } from '../new-run/use-dataset-rows';
import { RerunDialog } from './rerun-dialog';
import type { RerunTarget } from './rerun-request';

export type FailureGroup = Awaited<ReturnType<Client['runs']['failures']>>[number];

interface KindProps {
  readonly run: Run;
  readonly controls: RunControls;
  readonly kind: FailureKind;
  readonly groups: readonly FailureGroup[];
}

/** What of the kind goes again. */
type Chosen = { readonly kind: 'all' } | { readonly kind: 'text'; readonly message: string };

/** As many as there are by now: others may fail, and be sent along, while somebody still writes. */
function targetOf(kind: FailureKind, groups: readonly FailureGroup[], chosen: Chosen): RerunTarget {
  const which = { kind: 'failed', failureKind: kind } as const;
  if (chosen.kind === 'all') {
    const count = groups.reduce((sum, group) => sum + group.count, 0);
    return { which, count, what: FAILURES[kind].title };
  }
  const { message } = chosen;
  const count = groups.find((group) => group.message === message)?.count ?? 0;
  return { which: { ...which, message }, count, what: message };
}

/** More texts than this are counted, and reached by the filter. */
const SHOWN_TEXTS = 8;

export function FailureKindItem({ run, controls, kind, groups }: KindProps) {
  const { ui } = useModel();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { title, remedy } = FAILURES[kind];
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const more = groups.length - SHOWN_TEXTS;
  return (
    <li>
      <div className="row">
        <button
          aria-label={`Show ${count} ${title}`}
          className="link"
          onClick={() => setFilter(ui, run.id, { kind: 'failure', failure: kind })}
          type="button"
        >
          {title} <span className="num">{formatCount(count)}</span>
        </button>
        <span className="grow clip" title={remedy}>
          {remedy}
        </span>
        <button
          aria-label={`Rerun ${count} ${title}…`}
          className="btn small"
          disabled={controls.action.isBusy}
          onClick={() => setChosen({ kind: 'all' })}
          type="button"
        >
          Rerun {formatCount(count)}…
        </button>
      </div>
      <ul className="failure-texts">
        {groups.slice(0, SHOWN_TEXTS).map((group) => (
          <TextItem
            group={group}
            isOnly={groups.length === 1}
            key={group.message}
            onRerun={() => setChosen({ kind: 'text', message: group.message })}
            run={run}
          />
        ))}
        {more > 0 && <li className="hint">and {formatCount(more)} more texts; the export has them all</li>}
      </ul>
      {chosen !== null && (
        <RerunDialog
          controls={controls}
          onClose={() => setChosen(null)}
          run={run}
          target={targetOf(kind, groups, chosen)}
        />
      )}
    </li>
  );
}

interface TextProps {
  readonly run: Run;
  readonly group: FailureGroup;
  /** The only text of its kind: the kind's own button reruns it. */
  readonly isOnly: boolean;
  onRerun(): void;
}

function TextItem({ run, group, isOnly, onRerun }: TextProps) {
  const { examples, message } = group;
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  // A failure that is about the picture names it already.
  const unnamed = [...unread].filter((reference) => !message.includes(reference));
  return (
    <li className="failure-text">
      <span className="num">{formatCount(group.count)}</span>
      <span className="clip" title={group.message}>
        {group.message}
      </span>
      <span className="failure-rows">
        <span className="hint">{examples.length === 1 ? 'row' : 'rows'}</span>
        {examples.map((example) => (
          <ExampleRow
            example={example}
            key={example.id}
            onUnread={(reference) => setUnread((old) => new Set([...old, reference]))}
            run={run}
          />
        ))}
        {group.count > examples.length && <span className="hint">…</span>}
      </span>
      {!isOnly && (
        <button
          aria-label={`Rerun ${group.count}: ${group.message}`}
          className="btn small ghost"
          onClick={onRerun}
          type="button"
        >
          Rerun {formatCount(group.count)}…
        </button>
      )}
      {unnamed.map((reference) => (
        <p className="hint failure-unread" key={reference}>
          {unreadableSource(reference)}
        </p>
      ))}
    </li>
  );
}

interface ExampleProps {
  readonly run: Run;
  readonly example: FailureGroup['examples'][number];
  /** Its picture, by what the row calls it, cannot be read. */
  onUnread(reference: string): void;
}

/** A row by its number, and its input picture where it has one: shows it in the list and in the inspector. */
function ExampleRow({ run, example: { index, position, row }, onUnread }: ExampleProps) {
  const { ui } = useModel();
  const isShown = useUi(
    (state) =>
      (state.filters.get(run.id) ?? ALL_JOBS).kind === 'all' &&
      state.selected.get(run.id) === position &&
      isPanelShown(state, 'right'),
  );
  return (
    <button
      aria-label={`Show row ${index}`}
      aria-current={isShown ? 'true' : undefined}
      className="link failure-example"
      onClick={() => reveal(ui, run.id, position)}
      title={`Show row ${index} in the inspector`}
      type="button"
    >
      <InputPicture onUnread={onUnread} row={row} run={run} />
      <span className="num">{formatCount(index)}</span>
    </button>
  );
}

type InputProps = Pick<ExampleProps, 'run' | 'onUnread'> & { readonly row: number };

function InputPicture({ run, row, onUnread }: InputProps) {
  const dataset = useLive((state) => state.datasets.get(run.datasetId));
  const { imageColumns } = run.recipe;
  const state = useDatasetRows(dataset, { offset: row, limit: 1, imageColumns });
  const found = state.kind === 'ready' ? state.rows[0] : undefined;
  const picture = found?.thumbnails[0];
  if (found === undefined || picture === undefined) {
    return null;
  }
  const reference = imageReferences(found.fields, imageColumns)[0] ?? '';
  return (
    <Thumbnail
      loading="lazy"
      onFailed={() => onUnread(reference)}
      sentence={unreadableSource(reference)}
      src={picture}
    />
  );
}
