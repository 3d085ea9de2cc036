/** The selected job of a run, in the inspector. */
import type { Run } from '@shared/model/run';
import { useStore } from 'zustand';
import { JobPanel } from '../../jobs/job-panel';
import { useUi } from '../../state/app-model';
import { tileAt } from '../../state/job-pages';
import { AnswerPanel } from './answer-panel';
import { useRunJobs } from './run-screen';

export function RunInspector({ run }: { readonly run: Run }) {
  return run.recipe.task === 'text' ? <AnswerPanel run={run} /> : <PictureInspector run={run} />;
}

function PictureInspector({ run }: { readonly run: Run }) {
  const { pages } = useRunJobs(run);
  const selected = useUi((state) => state.selected.get(run.id));
  const tile = useStore(pages.store, (state) =>
    selected === undefined ? undefined : tileAt(state, selected),
  );
  return <JobPanel emptyText="Select a picture to see its source, row and attempts." tile={tile} />;
}
