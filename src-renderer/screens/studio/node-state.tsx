/** Why a node has no picture yet, in plain words, and what can be done about it. */
import { FAILURES } from '@shared/model/failure';
import type { TreeNode } from '@shared/model/studio';
import { isVaultLocked, openVault, useLive, useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { show } from '../../state/ui-store';
import { formatClock } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { canRetry, resultOf, stateOf } from './node-words';
import { remedyOf, standingOf } from './request-words';
import type { Standing, WayOut } from './request-words';
import { resume, retry, reuse } from './studio-actions';

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
  const standing = useStanding(node);
  const failure = origin?.state === 'failed' ? origin.failure : undefined;
  const elapsedMs = now - (origin?.sentAt ?? node.createdAt);
  return (
    <div aria-live="polite" className={isSmall ? 'node-state small' : 'node-state'}>
      <b>
        <Mark tone={tone} /> {failure === undefined ? (standing?.word ?? word) : FAILURES[failure.kind].title}
        {isSent && elapsedMs < CLOCK_MS && <span className="num"> {formatClock(elapsedMs / 1000)}</span>}
      </b>
      {!isSmall && (standing === undefined ? <Explanation node={node} /> : <p>{standing.sentence}</p>)}
      {standing !== undefined && <WaysOut isSmall={isSmall} node={node} standing={standing} />}
      {canRetry(node) && (
        <span className="row">
          <button className="btn small" onClick={() => void retry(model, [node])} type="button">
            Send again
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

/** Of a picture whose request has not left; undefined for all others. */
function useStanding(node: TreeNode): Standing | undefined {
  const origin = resultOf(node);
  const run = useLive(({ runs }) => (origin === undefined ? undefined : runs.get(origin.runId)));
  const isLocked = useLive(({ vault }) => isVaultLocked(vault));
  return origin?.state === 'pending' || origin?.state === 'leased'
    ? standingOf(origin, run, isLocked)
    : undefined;
}

const WAYS_OUT: Readonly<
  Record<WayOut, { readonly label: string; go(model: AppModel, node: TreeNode): unknown }>
> = {
  unlock: {
    label: 'Unlock…',
    go: async (model, node) => {
      if (await openVault(model)) {
        await resume(model, node);
      }
    },
  },
  resume: { label: 'Resume', go: resume },
  endpoints: {
    label: 'Endpoints…',
    go: ({ ui }) => show(ui, { kind: 'endpoints', endpointId: null }),
  },
  settings: { label: 'Settings…', go: ({ ui }) => show(ui, { kind: 'settings' }) },
};

interface WaysOutProps {
  readonly node: TreeNode;
  readonly standing: Standing;
  readonly isSmall: boolean;
}

function WaysOut({ node, standing: { waysOut }, isSmall }: WaysOutProps) {
  const model = useModel();
  const shown = isSmall ? waysOut.filter((way) => way === 'unlock' || way === 'resume') : waysOut;
  return (
    shown.length > 0 && (
      <span className="row">
        {shown.map((way) => (
          <button
            className={way === 'unlock' || way === 'resume' ? 'btn small' : 'btn small ghost'}
            key={way}
            onClick={() => void WAYS_OUT[way].go(model, node)}
            type="button"
          >
            {WAYS_OUT[way].label}
          </button>
        ))}
      </span>
    )
  );
}

function Explanation({ node }: { readonly node: TreeNode }) {
  const origin = resultOf(node);
  switch (origin?.state) {
    case 'failed':
      return origin.failure === undefined ? null : (
        <>
          <p>{origin.failure.message}</p>
          <p className="hint">{remedyOf(origin.failure.kind)}</p>
        </>
      );
    case 'unknown':
      return <p>It was sent, but its answer was lost. Sending it again may be charged a second time.</p>;
    case 'cancelled':
      return <p>It was cancelled before a picture came.</p>;
    case 'pending':
    case 'leased':
    case 'sent':
    case 'done':
    case undefined:
      return null;
  }
}
