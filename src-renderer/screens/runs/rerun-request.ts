/** What "rerun these" asks for: the jobs as they were, through other endpoints, or with a changed recipe. Pure. */
import type { RerunRequest } from '@shared/contract';
import type { ModelChoice, Run } from '@shared/model/run';

/** The jobs to send again. */
export interface RerunTarget {
  readonly which: RerunRequest['which'];
  readonly count: number;
  /** What they have in common, in words. */
  readonly what: string;
}

export interface RerunDraft {
  /** Blank: the model's own choice. */
  readonly imageSize: string;
  readonly aspectRatio: string;
  readonly instruction: string;
  readonly models: readonly ModelChoice[];
  /** Null: every endpoint that speaks the protocol. */
  readonly endpointIds: readonly string[] | null;
}

export function rerunDraftOf({ recipe, options }: Run): RerunDraft {
  return {
    imageSize: recipe.imageSize ?? '',
    aspectRatio: recipe.aspectRatio ?? '',
    instruction: recipe.instruction,
    models: recipe.models,
    endpointIds: options.endpointIds ?? null,
  };
}

/** A recipe is never mixed: any change of what is asked makes a new run. */
export function makesNewRun(run: Run, draft: RerunDraft): boolean {
  const before = rerunDraftOf(run);
  return (
    draft.imageSize !== before.imageSize ||
    draft.aspectRatio !== before.aspectRatio ||
    draft.instruction !== before.instruction ||
    !isSame(draft.models, before.models)
  );
}

/** Only what was changed is sent. `able`: the endpoints that can serve, for a choice of all of them. */
export function rerunRequest(
  run: Run,
  { which, draft, able }: { which: RerunRequest['which']; draft: RerunDraft; able: readonly string[] },
): Omit<RerunRequest, 'runId'> {
  const before = rerunDraftOf(run);
  const changes: RerunRequest['changes'] = {
    ...(draft.imageSize === before.imageSize ? {} : { imageSize: draft.imageSize }),
    ...(draft.aspectRatio === before.aspectRatio ? {} : { aspectRatio: draft.aspectRatio }),
    ...(draft.instruction === before.instruction ? {} : { instruction: draft.instruction }),
    ...(isSame(draft.models, before.models) ? {} : { models: [...draft.models] }),
    ...(isSame(draft.endpointIds, before.endpointIds)
      ? {}
      : { endpointIds: [...(draft.endpointIds ?? able)] }),
  };
  return { which, ...(Object.keys(changes).length === 0 ? {} : { changes }) };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
