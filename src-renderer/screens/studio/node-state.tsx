/** Why a node has no picture yet, in plain words, and what can be done about it. */
import { FAILURES } from '@shared/model/failure';
import type { TreeNode } from '@shared/model/studio';
import { useModel } from '../../state/app-model';
import { formatClock } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { canRetry, resultOf, stateOf } from './node-words';
import { retry, reuse } from './studio-actions';

/** After that long the clock says nothing any more: it was sent in another session. */
const CLOCK_MS = 3_600_000;

export function NodeState({
  node,
  isSmall = false,
}: {
  readonly node: TreeNode;
  readonly isSmall?: boolean;
}) {
  const model = useModel();
  const origin = resultOf(node);
  const isSent = origin?.state === 'sent';
  const now = useNow(isSent);
  const { word, tone } = stateOf(node);
  const failure = origin?.state === 'failed' ? origin.failure : undefined;
  const elapsedMs = now - node.createdAt;
  return (
    <div aria-live="polite" className={isSmall ? 'node-state small' : 'node-state'}>
      <b>
        <Mark tone={tone} /> {failure === undefined ? word : FAILURES[failure.kind].title}
        {isSent && elapsedMs < CLOCK_MS && <span className="num"> {formatClock(elapsedMs / 1000)}</span>}
      </b>
      {!isSmall && <Explanation node={node} />}
      {canRetry(node) && (
        <span className="row">
          <button className="btn small" onClick={() => void retry(model, [node])} type="button">
            {origin?.state === 'unknown' ? 'Send again' : 'Retry'}
          </button>
          {!isSmall && (
            <button className="btn small ghost" onClick={() => reuse(model, node, 'all')} type="button">
              Edit and send again
            </button>
          )}
        </span>
      )}
    </div>
  );
}

function Explanation({ node }: { readonly node: TreeNode }) {
  const origin = resultOf(node);
  switch (origin?.state) {
    case 'pending':
    case 'leased':
      return <p>Waits for its turn among everything else that is sent.</p>;
    case 'failed':
      return origin.failure === undefined ? null : (
        <>
          <p>{origin.failure.message}</p>
          <p className="hint">{FAILURES[origin.failure.kind].remedy}</p>
        </>
      );
    case 'unknown':
      return <p>It was sent, but its answer was lost. Sending it again may be charged a second time.</p>;
    case 'cancelled':
      return <p>It was cancelled before a picture came.</p>;
    case 'sent':
    case 'done':
    case undefined:
      return null;
  }
}
