/** All blind comparisons, with what is left of each; one is removed with a way back. */
import type { Arena } from '@shared/model/arena';
import { useCallback, useEffect, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { pictureRunsNewestFirst } from '../../state/live-store';
import { sentenceOf } from '../../state/refusal';
import { show, toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { formatCount, formatDateTime } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { StartArena } from './start-arena';

export function ArenaList() {
  const { backend, ui } = useModel();
  const { arena: calls } = backend.client;
  const runs = useLive((live) => live.runs);
  const [arenas, setArenas] = useState<readonly Arena[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const action = useAction();
  const load = useCallback(
    () => calls.list().then(setArenas, (failure: unknown) => setError(sentenceOf(failure))),
    [calls],
  );
  useEffect(() => void load(), [load]);
  const newest = pictureRunsNewestFirst(runs).find(({ counts }) => counts.done > 0);

  const remove = (arena: Arena) =>
    void action.run(async () => {
      await calls.remove({ arenaId: arena.id });
      await load();
      toast(ui, `Removed ${arena.name}`, {
        label: 'Undo',
        run: () => void action.run(() => calls.restore({ arenaId: arena.id }).then(load)),
      });
    });

  return (
    <div className="arena-list">
      <header className="head row">
        <div className="grow">
          <h1>Arena</h1>
          <p className="sub">Blind comparisons of models, prompts and endpoints</p>
        </div>
        <button
          className="btn primary"
          disabled={newest === undefined}
          onClick={() => setStarting(true)}
          type="button"
        >
          Compare blind…
        </button>
      </header>
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {arenas?.length === 0 && (
        <div className="empty">
          <h2>Nothing compared yet</h2>
          <p>
            {newest === undefined
              ? 'Once a run has results of two models, or two runs over the same rows have, they can be compared here.'
              : 'Which model draws it better? Look at pairs without knowing whose they are, and find out.'}
          </p>
        </div>
      )}
      <ul className="arenas">
        {arenas?.map((arena) => (
          <ArenaItem
            arena={arena}
            key={arena.id}
            onOpen={() => show(ui, { kind: 'arena', arenaId: arena.id })}
            onRemove={() => remove(arena)}
          />
        ))}
      </ul>
      {isStarting && newest !== undefined && (
        <StartArena onClose={() => setStarting(false)} runIds={[newest.id]} />
      )}
    </div>
  );
}

interface ItemProps {
  readonly arena: Arena;
  onOpen(): void;
  onRemove(): void;
}

function ArenaItem({ arena, onOpen, onRemove }: ItemProps) {
  const isOver = arena.decided >= arena.pairs;
  return (
    <li>
      <div className="grow">
        <b className="clip">{arena.name}</b>
        <span className="hint num">
          {formatDateTime(arena.createdAt)}, {formatCount(arena.decided)} of {formatCount(arena.pairs)}{' '}
          decided
        </span>
        <ProgressBar
          label={`Decided in ${arena.name}`}
          segments={[{ tone: 'ok', count: arena.decided }]}
          settled={arena.decided}
          total={arena.pairs}
        />
      </div>
      <button
        aria-label={`${isOver ? 'Result of' : 'Go on with'} ${arena.name}`}
        className="btn"
        onClick={onOpen}
        type="button"
      >
        {isOver ? 'Result' : arena.decided === 0 ? 'Begin' : 'Go on'}
      </button>
      <button aria-label={`Remove ${arena.name}`} className="btn ghost" onClick={onRemove} type="button">
        Remove
      </button>
    </li>
  );
}
