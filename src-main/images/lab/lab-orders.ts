/** What the picture lab is asked and answers. Types only: threads load it without anything else of ours. */
import type { AgainstSource, Asked, Placement } from '@shared/model/measures';
import type { Drift } from '@shared/model/studio';
import type { WorkerHost } from '../worker-host';

/** Absolute path, or the bytes themselves. */
export type PictureSource = string | Uint8Array;

export type PictureTrouble = 'missing' | 'no_picture' | 'unreadable' | 'too_many_pixels';

export interface DriftOrder {
  readonly source: PictureSource;
  readonly answer: PictureSource;
  /** Transparent where the picture was to change (as OpenAI has it), of the source's ratio; null: anywhere. */
  readonly mask: PictureSource | null;
  /** WebP to write; null: none. */
  readonly heatMap: string | null;
}

export interface LockOrder extends DriftOrder {
  /** Pixels of the source over which the edge of the mask fades, inwards: outside it nothing is touched. */
  readonly featherPx: number;
  /** PNG to write; null, or without a mask: only drift and heat-map. */
  readonly composite: string | null;
}

export interface MeasureOrder {
  readonly result: PictureSource;
  /** The input images of the row, in their order. */
  readonly sources: readonly PictureSource[];
  readonly asked: Asked;
}

/** Whether two results show the same picture. */
export interface SameOrder {
  readonly one: PictureSource;
  readonly other: PictureSource;
}

export interface MarkUpOrder {
  readonly source: PictureSource;
  readonly mask: PictureSource;
  /** PNG to write. */
  readonly target: string;
}

export interface PrepareOrder {
  readonly source: PictureSource;
  /** Written with the ending that is answered: without one here. */
  readonly target: string;
  /** At most as many pixels; absent: 50 million. */
  readonly mostPixels?: number;
  /** Also of a photograph. */
  readonly asPng?: boolean;
}

export interface Drifted {
  readonly drift: Drift;
  /** False: nothing told where the answer lies on its source; it was stretched over it. */
  readonly isRegistered: boolean;
}

export interface Locked extends Drifted {
  /** Whether the composite was written. */
  readonly isComposed: boolean;
  /** What of the source could not be kept, one sentence each: colours of a printer, say. */
  readonly notes: readonly string[];
}

/** Figures of a result by itself and against its source; what makes it suspicious is judged from them. */
export interface Measured {
  readonly width: number;
  readonly height: number;
  readonly mimeType: string;
  readonly hash: string | null;
  readonly filled: number;
  readonly entropy: number;
  /** The source it resembles most. */
  readonly source?: AgainstSource;
  readonly sourceProblem?: string;
}

export interface Prepared {
  readonly path: string;
  readonly mimeType: 'image/png' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
  /** What was changed, one sentence each; empty: nothing a person would notice. */
  readonly notes: readonly string[];
}

export interface MarkedUp {
  readonly width: number;
  readonly height: number;
}

export interface Same {
  readonly changedShare: number;
  readonly peakChange: number;
  readonly placement: Placement;
}

/** Each kind of work: its order, and what it answers. */
export interface LabWork {
  lock: { order: LockOrder; answer: Locked };
  drift: { order: DriftOrder; answer: Drifted };
  measure: { order: MeasureOrder; answer: Measured };
  same: { order: SameOrder; answer: Same };
  markUp: { order: MarkUpOrder; answer: MarkedUp };
  prepare: { order: PrepareOrder; answer: Prepared };
}
export type LabKind = keyof LabWork;

export type LabJob = {
  readonly [Kind in LabKind]: {
    readonly id: number;
    readonly kind: Kind;
    readonly order: LabWork[Kind]['order'];
    /** Pictures of more are refused by their header, before a pixel is decoded. */
    readonly limitPixels: number;
  };
}[LabKind];

export type LabAnswer =
  | { readonly id: number; readonly kind: 'ok'; readonly value: LabWork[LabKind]['answer'] }
  /** `which` of the order's pictures. */
  | {
      readonly id: number;
      readonly kind: 'picture';
      readonly trouble: PictureTrouble;
      readonly which: string;
    }
  | { readonly id: number; readonly kind: 'mask_size'; readonly sentence: string }
  /** The file could not be written. */
  | { readonly id: number; readonly kind: 'disk' }
  | { readonly id: number; readonly kind: 'failed' };

export type LabHost = WorkerHost<LabJob, LabAnswer>;
export type StartLab = () => LabHost;
