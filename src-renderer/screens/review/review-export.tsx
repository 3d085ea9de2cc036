/** What was reviewed as a table, or as a folder with pictures, sources and verdicts; a folder shows how far it is. */
import type { FolderExportReport } from '@shared/contract';
import type { ReviewFilter } from '@shared/model/review';
import type { Run } from '@shared/model/run';
import { useEffect, useRef, useState } from 'react';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { formatCount, plural } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import { Notice } from '../../ui/notice';

export function ReviewExport({ run, accepted }: { readonly run: Run; readonly accepted: number }) {
  const { backend, ui } = useModel();
  const { client } = backend;
  const action = useAction();
  const folder = useFolderExport(run.id);
  const exportAs = (format: 'reviewed' | 'accepted') =>
    void action.run(async () => {
      const name = await client.runs.export({ runId: run.id, format });
      if (name !== null) {
        toast(ui, `Exported ${name}`);
      }
    });
  const exportFolder = (filter: ReviewFilter) => void action.run(() => folder.start(filter));
  if (folder.report !== null) {
    const { written, skipped, total } = folder.report;
    return (
      <span aria-live="polite" className="row num">
        {formatCount(written + skipped)} of {plural(total, 'picture')} copied
        <button className="btn small" onClick={folder.stop} type="button">
          Stop
        </button>
      </span>
    );
  }
  return (
    <>
      <MenuButton
        items={[
          ...(accepted === 0
            ? []
            : [
                { label: 'Accepted as CSV', hint: 'accepted.csv', onSelect: () => exportAs('accepted') },
                {
                  label: 'Accepted as dataset folder…',
                  hint: 'pictures and metadata.jsonl',
                  onSelect: () => exportFolder('accepted'),
                },
              ]),
          { label: 'All with verdicts as CSV', hint: 'reviewed.csv', onSelect: () => exportAs('reviewed') },
          {
            label: 'All as dataset folder…',
            hint: 'pictures and metadata.jsonl',
            onSelect: () => exportFolder('all'),
          },
        ]}
        label="Export"
      />
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </>
  );
}

function useFolderExport(runId: number) {
  const { backend, ui } = useModel();
  const { client } = backend;
  const [report, setReport] = useState<FolderExportReport | null>(null);
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []);

  async function start(filter: ReviewFilter): Promise<void> {
    const grant = await client.files.pick({ purpose: 'outputFolder' });
    if (grant === null) {
      return;
    }
    const stop = new AbortController();
    stopping.current = stop;
    try {
      const reports = await client.review.exportFolder(
        { runId, filter, grant: grant.token },
        { signal: stop.signal },
      );
      for await (const one of reports) {
        setReport(one);
        if (one.done) {
          const left = one.skipped === 0 ? '' : `; ${plural(one.skipped, 'result')} no longer on disk`;
          toast(ui, `Exported ${plural(one.written, 'picture')} to a folder in ${grant.name}${left}`);
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) {
        throw error;
      }
    } finally {
      setReport(null);
    }
  }
  return { report, start, stop: () => stopping.current?.abort() };
}
