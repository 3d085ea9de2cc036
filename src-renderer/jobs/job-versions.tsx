/** Beneath a job: its instruction written anew for it alone, and its earlier results, looked at and taken back. */
import type { JobDetail } from '@shared/model/run';
import { CompareView } from '../compare/compare-view';
import { useModel } from '../state/app-model';
import { toast } from '../state/ui-store';
import { useAction } from '../state/use-action';
import { Notice } from '../ui/notice';
import { InstructionEditor } from './instruction-editor';
import { nameOfTile } from './job-words';
import { useRewrite } from './use-rewrite';
import { useVersions } from './use-versions';
import { VersionStrip } from './version-strip';

const IN_FLIGHT: ReadonlySet<string> = new Set(['pending', 'leased', 'sent']);

export function JobVersions({ detail }: { readonly detail: JobDetail }) {
  const { backend, accept, ui } = useModel();
  const { review } = backend.client;
  const action = useAction();
  const versions = useVersions(detail);
  const { looked } = versions;
  const { job, result, output } = detail;

  const rewrite = useRewrite({ id: job.id, instruction: detail.instruction }, async (instruction) => {
    const isAccepted = await action.run(async () => {
      accept({ kind: 'run', run: await review.rerun({ jobId: job.id, instruction }) });
      toast(ui, `Row ${job.index} is sent again with its own instruction`);
      return true;
    });
    return isAccepted === true;
  });
  const show = (resultId: number, words: string, undo?: () => void) =>
    void action.run(async () => {
      await review.takeBack({ jobId: job.id, resultId });
      toast(ui, words, ...(undo === undefined ? [] : [{ label: 'Undo', run: undo }]));
    });
  const takeBack = (resultId: number) => {
    const before = result?.id;
    const undo = before === undefined ? undefined : () => show(before, 'The later version is back');
    show(resultId, 'The earlier version is back', undo);
  };

  return (
    <div className="pad stack">
      {rewrite.isOpen ? (
        <InstructionEditor
          onCancel={rewrite.giveUp}
          onSend={(text) => void rewrite.send(text)}
          onWrite={rewrite.write}
          text={rewrite.text}
        />
      ) : (
        <div className="row">
          <button
            className="btn small"
            disabled={IN_FLIGHT.has(job.state) || action.isBusy}
            onClick={rewrite.open}
            type="button"
          >
            Edit and rerun…
          </button>
        </div>
      )}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {looked !== null && output !== undefined && (
        <div className="job-picture">
          <CompareView
            alt={nameOfTile(job)}
            mode="slider"
            pictures={[
              { url: looked.view, label: 'Earlier version', width: looked.width, height: looked.height },
              { url: output, label: 'Now', width: result?.width, height: result?.height },
            ]}
          />
        </div>
      )}
      <VersionStrip onTakeBack={takeBack} versions={versions} />
    </div>
  );
}
