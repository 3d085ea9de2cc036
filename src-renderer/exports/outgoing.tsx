/** The dialogs of what leaves the library, exports under way, and what went wrong with them: once in the window. */
import { useStore } from 'zustand';
import { SaveDialog } from '../pictures/save-dialog';
import { useModel } from '../state/app-model';
import type { ExportWork } from '../state/outgoing';
import { formatCount } from '../ui/format';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import { ExportDialog } from './export-dialog';
import './exports.css';

export function Outgoing() {
  const { outgoing } = useModel();
  const dialog = useStore(outgoing, (state) => state.dialog);
  return (
    <>
      {dialog.kind === 'export' && <ExportDialog subject={dialog.subject} />}
      {dialog.kind === 'save' && <SaveDialog picture={dialog.picture} />}
    </>
  );
}

/** Below the work, with a place of its own: it covers nothing. */
export function OutgoingWork() {
  const { outgoing } = useModel();
  const { work, problem } = useStore(outgoing);
  if (work.length === 0 && problem === null) {
    return null;
  }
  return (
    <section aria-label="Exports" className="outgoing">
      {work.map((one) => (
        <Work key={one.id} onStop={() => outgoing.stop(one.id)} work={one} />
      ))}
      {problem !== null && (
        <Notice
          action={
            <button className="btn small" onClick={outgoing.dismiss} type="button">
              Dismiss
            </button>
          }
          tone="bad"
        >
          {problem}
        </Notice>
      )}
    </section>
  );
}

function Work({ work, onStop }: { readonly work: ExportWork; onStop(): void }) {
  const settled = work.done + work.skipped;
  return (
    <div className="outgoing-work">
      <span className="clip">Exporting {work.what}</span>
      <ProgressBar
        label={`Export as ${work.what}`}
        segments={[{ tone: 'ok', count: settled }]}
        settled={settled}
        total={work.total}
      />
      <span className="num">
        {formatCount(settled)} of {formatCount(work.total)}
      </span>
      <button className="btn small" onClick={onStop} type="button">
        Stop
      </button>
    </div>
  );
}
