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
  const them = isOne ? 'it' : 'them';
  return (
    <p className="unplaced">
      <b>
        {plural(total, 'picture')} of {run.counts.unknown === 1 ? 'it' : 'these'} {isOne ? 'lies' : 'lie'}{' '}
        whole on disk
      </b>
      , without a place in the folder: <code>{path}</code>
      {isOne ? '' : ` and ${formatCount(total - 1)} more`}. Make room first, on the disk or of whatever has{' '}
      {isOne ? 'its name' : 'their names'} in the folder: then sending again, or resuming the run, takes{' '}
      {them} from the disk, and nothing more is paid for {them}.
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
