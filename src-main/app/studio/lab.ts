/** What the studio asks of the picture lab: paths in, files and figures out; what cannot be done is a sentence. */
import type { Drift } from '@shared/model/studio';
import type { PictureLab } from '../../images/lab/picture-lab';

export interface LockRequest {
  /** What was edited, and what came back. */
  readonly source: string;
  readonly answer: string;
  /** PNG of the source's size as it is seen: transparent pixels may change. Null: the whole picture may. */
  readonly mask: string | null;
  readonly featherPx: number;
  /** Written where a mask bounds the change; null: nothing is composited. */
  readonly composite: string | null;
  readonly heatMap: string;
}

export type LockAnswer =
  /** `remark`: what a person should know of it, one sentence or more. */
  | { readonly kind: 'ok'; readonly drift: Drift; readonly remark?: string }
  | { readonly kind: 'failed'; readonly sentence: string };

export type LabAnswer = { readonly kind: 'ok' } | { readonly kind: 'failed'; readonly sentence: string };

export type PrepareAnswer =
  /** `notes`: what was changed, one sentence each. */
  | { readonly kind: 'ok'; readonly path: string; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Never rejects. */
export interface StudioLab {
  lock(request: LockRequest): Promise<LockAnswer>;
  /** A copy with the region that may change marked in magenta. */
  markUp(request: {
    readonly source: string;
    readonly mask: string;
    readonly target: string;
  }): Promise<LabAnswer>;
  /** An upright, 8-bit sRGB copy of its first picture; `target` has no ending, its answer has one. */
  prepare(request: {
    readonly source: string;
    readonly target: string;
    /** Also of a photograph, whose copy is a JPEG else. */
    readonly asPng?: boolean;
  }): Promise<PrepareAnswer>;
  /** Whether both show the same, encoded otherwise perhaps; false also where one cannot be looked at. */
  isSame(path: string, bytes: Uint8Array): Promise<boolean>;
}

/** The studio's questions to the picture lab. */
export function studioLab(lab: Pick<PictureLab, 'lock' | 'markUp' | 'prepare' | 'same'>): StudioLab {
  return {
    async lock(request) {
      const told = await lab.lock(request);
      if (told.kind === 'failed') {
        return told;
      }
      const isMissing = request.composite !== null && !told.isComposed;
      const { drift } = told;
      return isMissing || !told.isRegistered
        ? { kind: 'ok', drift, remark: isMissing ? NOT_COMPOSED : NOT_REGISTERED }
        : { kind: 'ok', drift, ...(told.notes.length === 0 ? {} : { remark: told.notes.join(' ') }) };
    },
    markUp: onceAtATime(lab.markUp),
    prepare: onceAtATime(lab.prepare),
    async isSame(path, bytes) {
      const told = await lab.same({ one: path, other: bytes });
      return told.kind === 'ok' && told.changedShare === 0 && told.peakChange < SAME_PEAK;
    },
  };
}

/** Two requests at once may want the same copy: it is made once, for both. */
function onceAtATime<Order extends { readonly target: string }, Answer>(
  make: (order: Order) => Promise<Answer>,
): (order: Order) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (order) => {
    const known = underWay.get(order.target);
    const made = known ?? make(order).finally(() => underWay.delete(order.target));
    underWay.set(order.target, made);
    return made;
  };
}

/** What saving in a lossy format may do to a spot; a stroke of a brush does more. */
const SAME_PEAK = 0.05;

const NOT_COMPOSED = 'The rest was not locked: the answer could not be put back into its source.';
const NOT_REGISTERED =
  'The answer could not be lined up with its source: it was stretched to fit, and the drift is an estimate.';
