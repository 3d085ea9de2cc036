/**
 * The picture lab: lays answers on their sources, puts them into them within a mask, measures results, and makes copies that
 * models take. Strangers' pictures are decoded in threads or processes that may die; no call ever rejects.
 */
import type { Clock } from '../../engine/ports';
import { systemClock } from '../../system-clock';
import { workerPath } from '../../worker-path';
import { threadHost } from '../worker-host';
import type {
  Drifted,
  DriftOrder,
  LabKind,
  LabWork,
  Locked,
  LockOrder,
  MarkedUp,
  MarkUpOrder,
  Measured,
  MeasureOrder,
  Prepared,
  PrepareOrder,
  PictureTrouble,
  StartLab,
  Same,
  SameOrder,
} from './lab-orders';
import { createLabPool, type LabOutcome } from './lab-pool';

export interface PictureLabOptions {
  /** How many orders at once; default 2: one of them is never taken by measuring. */
  readonly threads?: number;
  /** For one order, milliseconds; default 120,000. */
  readonly timeoutMs?: number;
  /** Pictures of more pixels are refused by their header; default 120 million. */
  readonly limitPixels?: number;
  /** Default: a thread. */
  readonly start?: StartLab;
  readonly clock?: Pick<Clock, 'setTimer'>;
}

/** `isPicture`: that picture will fail again, whoever asks; false: the machine or the lab is at fault. */
export interface LabFailure {
  readonly kind: 'failed';
  /** One sentence that names the picture and the way out. */
  readonly sentence: string;
  readonly isPicture: boolean;
}

export type LockOutcome = ({ readonly kind: 'ok' } & Locked) | LabFailure;
export type DriftOutcome = ({ readonly kind: 'ok' } & Drifted) | LabFailure;
export type MeasureOutcome = ({ readonly kind: 'ok' } & Measured) | LabFailure;
export type SameOutcome = ({ readonly kind: 'ok' } & Same) | LabFailure;
export type MarkUpOutcome = ({ readonly kind: 'ok' } & MarkedUp) | LabFailure;
export type PrepareOutcome = ({ readonly kind: 'ok' } & Prepared) | LabFailure;

export interface PictureLab {
  lock(order: LockOrder): Promise<LockOutcome>;
  drift(order: DriftOrder): Promise<DriftOutcome>;
  /** Waits behind everything else. */
  measure(order: MeasureOrder): Promise<MeasureOutcome>;
  /** Waits behind everything else. */
  same(order: SameOrder): Promise<SameOutcome>;
  markUp(order: MarkUpOrder): Promise<MarkUpOutcome>;
  /** Never for what a provider takes as it is: that is sent byte for byte. */
  prepare(order: PrepareOrder): Promise<PrepareOutcome>;
  /** Ends the threads; what was waiting fails. */
  close(): Promise<void>;
}

const MILLION = 1_000_000;
const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_LIMIT_PIXELS = 120 * MILLION;

export function createPictureLab(options: PictureLabOptions = {}): PictureLab {
  const limitPixels = options.limitPixels ?? DEFAULT_LIMIT_PIXELS;
  const pool = createLabPool({
    threads: options.threads ?? 2,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    limitPixels,
    clock: options.clock ?? systemClock,
    start: options.start ?? threadHost(workerPath('lab-worker')),
  });

  const work =
    <Kind extends LabKind>(kind: Kind) =>
    async (
      order: LabWork[Kind]['order'],
    ): Promise<({ readonly kind: 'ok' } & LabWork[Kind]['answer']) | LabFailure> => {
      const outcome = await pool.run(kind, order);
      // The worker answers each kind of order with the value of that kind.
      return outcome.kind === 'ok'
        ? { ...(outcome.value as LabWork[Kind]['answer']), kind: 'ok' }
        : failureOf(outcome, limitPixels);
    };

  return {
    lock: work('lock'),
    drift: work('drift'),
    measure: work('measure'),
    same: work('same'),
    markUp: work('markUp'),
    prepare: work('prepare'),
    close: () => pool.close(),
  };
}

function failureOf(outcome: Exclude<LabOutcome, { kind: 'ok' }>, limitPixels: number): LabFailure {
  const failed = (sentence: string, isPicture: boolean): LabFailure => ({
    kind: 'failed',
    sentence,
    isPicture,
  });
  switch (outcome.kind) {
    case 'picture':
      return failed(TROUBLES[outcome.trouble](outcome.which, limitPixels), true);
    case 'mask_size':
      return failed(outcome.sentence, true);
    case 'disk':
      return failed('The picture could not be written: free some space, or check the folder.', false);
    case 'timeout':
      return failed('The picture took too long to work on; the files themselves are kept as they are.', true);
    case 'crashed':
      return failed(
        'A picture could not be decoded and ended its decoder; the files themselves are kept as they are.',
        true,
      );
    case 'closed':
      return failed('The picture was not worked on because the program is closing.', false);
    case 'failed':
      return failed('The picture could not be worked on; the files themselves are kept as they are.', true);
  }
}

const TROUBLES: Readonly<Record<PictureTrouble, (which: string, limitPixels: number) => string>> = {
  missing: (which) => `The ${which} is missing or cannot be read.`,
  no_picture: (which) => `The ${which} is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).`,
  unreadable: (which) =>
    `The ${which} is damaged, or of a kind that cannot be decoded; open it in another program and save it as PNG.`,
  too_many_pixels: (which, limitPixels) =>
    `The ${which} has more than ${Math.round(limitPixels / MILLION)} million pixels; make it smaller.`,
};
