/** The runs that are not over, by priority and in the order they are served. A run is moved by dragging, or with Alt and an arrow key. */
import type { Run } from '@shared/model/run';
import { useRef, useState } from 'react';
import { useModel } from '../../state/app-model';
import { inOrderOf } from '../../state/queue';
import type { Queue, QueueGroup } from '../../state/queue';
import { useAction } from '../../state/use-action';
import { Notice } from '../../ui/notice';
import { dragClass, useReorder } from '../../ui/reorder';
import { useListFocus } from '../../ui/use-list-focus';
import { PRIORITY_WORDS, QueueItem } from './queue-item';

interface QueueListProps {
  readonly queue: Queue;
  readonly now: number;
}

export function QueueList({ queue, now }: QueueListProps) {
  const { groups, lastFinished } = queue;
  const list = useRef<HTMLDivElement>(null);
  const { onFocus, onBlur } = useListFocus(list);
  const isSorted = groups.length > 1 || groups.some(({ priority }) => priority !== 'normal');
  return (
    <div className="queue-list" onBlur={onBlur} onFocus={onFocus} ref={list}>
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
  const { priority } = group;
  const { runs, move, sentence } = useMovedRuns(group.runs);
  const reorder = useReorder(
    runs.map((run) => run.id),
    move,
  );
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

/**
 * The runs as they are to be, and a way to move one. A moved run shows at its new place at once and stays there until
 * main has answered every move: what main tells of a run in between may still name the place it had before, and a key
 * pressed meanwhile would move it from there.
 */
function useMovedRuns(told: readonly Run[]) {
  const { backend, accept } = useModel();
  const action = useAction();
  const unanswered = useRef(0);
  const [wanted, setWanted] = useState<readonly number[] | null>(null);
  const runs = wanted === null ? told : inOrderOf(told, wanted);
  const move = (runId: number, place: number) => {
    const others = runs.map((run) => run.id).filter((id) => id !== runId);
    setWanted(others.toSpliced(place, 0, runId));
    unanswered.current += 1;
    void action.run(async () => {
      try {
        for (const run of await backend.client.runs.move({ runId, place })) {
          accept({ kind: 'run', run });
        }
      } finally {
        unanswered.current -= 1;
        if (unanswered.current === 0) {
          setWanted(null);
        }
      }
    });
  };
  return { runs, move, sentence: action.error?.sentence };
}
