/** The runs that are not over, by priority and in the order they are served. A run is moved by dragging, or with Alt and an arrow key. */
import type { Run } from '@shared/model/run';
import { useModel } from '../../state/app-model';
import { withMoved } from '../../state/queue';
import type { Queue, QueueGroup } from '../../state/queue';
import { useAction } from '../../state/use-action';
import { Notice } from '../../ui/notice';
import { dragClass, useReorder } from '../../ui/reorder';
import { PRIORITY_WORDS, QueueItem } from './queue-item';

interface QueueListProps {
  readonly queue: Queue;
  readonly now: number;
}

export function QueueList({ queue, now }: QueueListProps) {
  const { groups, lastFinished } = queue;
  const isSorted = groups.length > 1 || groups.some(({ priority }) => priority !== 'normal');
  return (
    <div className="queue-list">
      {groups.map((group) => (
        <Group group={group} hasTitle={isSorted} key={group.priority} now={now} />
      ))}
      {groups.length === 0 && lastFinished === undefined && (
        <p className="hint">A run that is started shows here.</p>
      )}
      {lastFinished !== undefined && (
        <section aria-label="Last finished">
          <h3 className="side-head">Last finished</h3>
          <ul>
            <li>
              <QueueItem now={now} place={null} run={lastFinished} />
            </li>
          </ul>
        </section>
      )}
    </div>
  );
}

interface GroupProps {
  readonly group: QueueGroup;
  readonly hasTitle: boolean;
  readonly now: number;
}

function Group({ group, hasTitle, now }: GroupProps) {
  const { runs, priority } = group;
  const { move, sentence } = useMoveRun(runs);
  const reorder = useReorder(runs.length, move);
  return (
    <section aria-label={PRIORITY_WORDS[priority]}>
      {hasTitle && <h3 className="side-head">{PRIORITY_WORDS[priority]}</h3>}
      {sentence !== undefined && <Notice tone="bad">{sentence}</Notice>}
      <ul className={reorder.drag === null ? undefined : 'is-dragging'}>
        {runs.map((run, at) => (
          <li
            className={dragClass(reorder.drag, at)}
            key={run.id}
            onPointerCancel={reorder.onPointerCancel}
            onPointerDown={(event) => isHandle(event.target) && reorder.onPointerDown(event, at)}
            onPointerMove={reorder.onPointerMove}
            onPointerUp={reorder.onPointerUp}
          >
            <QueueItem
              now={now}
              onKeyDown={(event) => reorder.onKeyDown(event, at)}
              place={at}
              run={run}
              takeClick={reorder.takeClick}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The buttons at the end of a row, and their menus and dialogs, do not drag it. */
function isHandle(target: EventTarget): boolean {
  return target instanceof Element && target.closest('.queue-actions') === null;
}

/** Moves a run and shows it there at once; main's answer is the truth. */
function useMoveRun(runs: readonly Run[]) {
  const { backend, accept } = useModel();
  const action = useAction();
  const tell = (list: readonly Run[]) => list.forEach((run) => accept({ kind: 'run', run }));
  const move = (from: number, place: number) => {
    const moved = runs[from];
    if (moved === undefined) {
      return;
    }
    tell(withMoved(runs, from, place));
    void action.run(async () => {
      try {
        tell(await backend.client.runs.move({ runId: moved.id, place }));
      } catch (error) {
        tell(runs);
        throw error;
      }
    });
  };
  return { move, sentence: action.error?.sentence };
}
