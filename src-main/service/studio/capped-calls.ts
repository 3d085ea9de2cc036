/**
 * What a login whose token has a cap may spend: what it starts counts against its token (app/access/payers.ts). What
 * another has started it may look at, and not send again: that would count against nobody's caps, or somebody else's.
 */
import type { CallName } from '@shared/contract';
import type { App } from '../../app';

export type CappedApp = Pick<App, 'store'>;

const NOT_CAPPED =
  'The token of this login has a cap, which this could not be held to: log in with one that has none, or do it in the window.';
const NOT_ITS_OWN =
  'This was not started by the token of this login, which has a cap: start it again, and it counts against that.';

/** It starts something new, which the token pays for. */
const STARTS: ReadonlySet<string> = new Set<CallName>([
  'runs.start',
  'studio.applyChain',
  'studio.send',
  'text.ask',
  'text.describe',
  'text.improve',
  'text.judge',
  'text.storyPictures',
]);

type RunsOf = (app: CappedApp, input: unknown) => Promise<readonly number[]>;

/** How a call names the runs in which it sends again. */
const AGAIN: Readonly<Record<string, RunsOf>> = {
  'review.rerun': runOfJob,
  'runs.rerun': runNamed,
  'runs.rerunJob': runOfJob,
  'runs.resume': runNamed,
  'runs.setOptions': runNamed,
  'studio.retry': runsOfNodes,
} satisfies { readonly [Call in CallName]?: RunsOf };

/** Of a call that spends. Null: the token may; else one sentence. */
export async function whyNotCapped(
  app: CappedApp,
  { call, input, payer }: { readonly call: string; readonly input: unknown; readonly payer: string },
): Promise<string | null> {
  if (STARTS.has(call)) {
    return null;
  }
  const runsOf = AGAIN[call];
  if (runsOf === undefined) {
    return NOT_CAPPED;
  }
  for (const runId of await runsOf(app, input)) {
    if ((await app.store.run(runId))?.options.payer !== payer) {
      return NOT_ITS_OWN;
    }
  }
  return null;
}

async function runNamed(_app: CappedApp, input: unknown): Promise<readonly number[]> {
  return [numberIn(input, 'runId')];
}

async function runOfJob({ store }: CappedApp, input: unknown): Promise<readonly number[]> {
  return [(await store.job(numberIn(input, 'jobId')))?.runId ?? 0];
}

async function runsOfNodes({ store }: CappedApp, input: unknown): Promise<readonly number[]> {
  const given = fieldOf(input, 'nodeIds');
  const nodeIds: readonly unknown[] = Array.isArray(given) ? given : [];
  const nodes = await store.studioNodesById(nodeIds.filter((id) => typeof id === 'number'));
  return nodes.flatMap(({ job }) => job?.runId ?? []);
}

/** 0 is no run's. */
function numberIn(input: unknown, field: string): number {
  const value = fieldOf(input, field);
  return typeof value === 'number' ? value : 0;
}

function fieldOf(input: unknown, field: string): unknown {
  const fields: object = typeof input === 'object' && input !== null ? input : {};
  return Object.entries(fields).find(([name]) => name === field)?.[1];
}
