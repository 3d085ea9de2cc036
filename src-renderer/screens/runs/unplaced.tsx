/** Answers that were taken for lost and lie whole on disk: where, and how they become results without being paid for again. */
import type { Run, UnplacedAnswers } from '@shared/model/run';
import { useEffect, useState } from 'react';
import { useModel } from '../../state/app-model';
import { formatCount, plural } from '../../ui/format';
import { useThrottled } from '../../ui/use-throttled';

/** One line more in a sentence on requests with an unknown outcome; nothing where none of them lies at hand. */
export function Unplaced({ run }: { readonly run: Run }) {
  const { total, paths } = useUnplaced(run);
  const [path] = paths;
  if (path === undefined) {
    return null;
  }
  const isOne = total === 1;
  return (
    <p className="unplaced">
      <b>
        {plural(total, 'picture')} of {run.counts.unknown === 1 ? 'it' : 'these'} {isOne ? 'is' : 'are'} saved
        on disk
      </b>
      , but could not be put into the output folder: <code>{path}</code>
      {isOne ? '' : ` and ${formatCount(total - 1)} more`}. First free disk space, or move away the files with{' '}
      {isOne ? 'its name' : 'their names'} in that folder. Sending again or resuming the run then uses the
      saved {isOne ? 'picture' : 'pictures'} at no further cost.
    </p>
  );
}

const NONE: UnplacedAnswers = { total: 0, paths: [] };
const REFETCH_MS = 1000;

function useUnplaced(run: Run): UnplacedAnswers {
  const { backend } = useModel();
  const [unplaced, setUnplaced] = useState(NONE);
  const count = useThrottled(run.counts.unknown, REFETCH_MS);
  useEffect(() => {
    let isCurrent = true;
    backend.client.runs.unplaced({ runId: run.id }).then(
      (answer) => isCurrent && setUnplaced(answer),
      // The next change asks again.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, run.id, count]);
  return unplaced;
}
