/** The studio: one picture, edited again and again. */
import { useEffect, useEffectEvent } from 'react';
import { useCompare, useCompareKeys } from '../../compare/use-compare';
import type { CompareState } from '../../compare/use-compare';
import { useModel } from '../../state/app-model';
import { Notice } from '../../ui/notice';
import { Problems } from '../../ui/problems';
import { Composer } from './composer';
import { EmptyStudio } from './empty-studio';
import { Stage } from './stage';
import { StageHead } from './stage-head';
import { StudioDialogs } from './studio-dialogs';
import { useInnerDrop } from './use-inner-drop';
import { useStudioKeys } from './use-studio-keys';
import { useLoadedTree, usePaintedNode, useStudio, useStudioState } from './use-studio';
import './studio.css';

export { StudioPanel } from './studio-panel';

export function StudioScreen({ treeId }: { readonly treeId: number | null }) {
  const view = useStudio(treeId);
  useLoadedTree(view.treeId);
  const compare = useStudioCompare();
  const isSpread = useStudioState((state) => state.isSpread);
  const painted = usePaintedNode(view);
  const shown = painted ?? view.selected;
  useSideForKept(compare);
  const drop = useInnerDrop(view);
  useStudioKeys();
  useCompareKeys(compare, painted === undefined && !isSpread);
  return (
    <section
      aria-label="Studio"
      className={drop.isOver ? 'studio is-target' : 'studio'}
      onDragLeave={drop.onDragLeave}
      onDragOver={drop.onDragOver}
      onDrop={drop.onDrop}
    >
      {shown === undefined ? (
        <EmptyStudio view={view} />
      ) : (
        <>
          <StageHead node={shown} view={view} />
          <Stage compare={compare} node={shown} view={view} />
        </>
      )}
      <NotDone />
      <Composer view={view} />
      <StudioDialogs view={view} />
    </section>
  );
}

/** As it was left, when the user comes back. */
function useStudioCompare(): CompareState {
  const { studio } = useModel();
  const compare = useCompare(studio.getState().compareMode);
  const { mode } = compare;
  useEffect(() => studio.setState({ compareMode: mode }), [studio, mode]);
  return compare;
}

/** Keeping the first picture is the wish to see two. */
function useSideForKept({ mode, onMode }: CompareState): void {
  const isKept = useStudioState(({ kept }) => kept.length > 0);
  const toSide = useEffectEvent(() => {
    if (mode === 'result') {
      onMode('side');
    }
  });
  useEffect(() => {
    if (isKept) {
      toSide();
    }
  }, [isKept]);
}

/** Why something could not be done, and what was dropped that belongs elsewhere. */
function NotDone() {
  const { studio } = useModel();
  const problems = useStudioState((state) => state.problems);
  const offer = useStudioState((state) => state.offer);
  return (
    <div className="studio-notices">
      <Problems onClose={() => studio.setState({ problems: [] })} problems={problems} />
      {offer !== null && (
        <Notice
          action={
            <span className="row">
              {offer.actions.map(({ label, run }) => (
                <button
                  className="btn small"
                  key={label}
                  onClick={() => {
                    studio.setState({ offer: null });
                    run();
                  }}
                  type="button"
                >
                  {label}
                </button>
              ))}
              <button
                className="btn small ghost"
                onClick={() => studio.setState({ offer: null })}
                type="button"
              >
                Leave it
              </button>
            </span>
          }
          tone="info"
        >
          {offer.sentence}
        </Notice>
      )}
    </div>
  );
}
