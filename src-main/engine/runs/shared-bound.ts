/**
 * A bound that the requests of several runs share. It is asked in the turn in which a request is leased, so what a key,
 * a window or a backoff keeps back holds no place of those that could be sent.
 */
export interface SharedBound {
  /** Jobs of one name wait for the same; those of another are not held up by them. */
  groupOf(jobId: number): string;
  /** Whether it may leave now. False: it stands in line, and `onFree` tells when its turn has come. */
  mayLeave(jobId: number): boolean;
  /** It was leased: it holds its place until it is answered. */
  left(jobId: number): void;
  /** Its request is over, whatever follows. */
  answered(jobId: number): void;
  /** It goes again. */
  waits(jobId: number): void;
  /** All that can be sent now has left: what has not holds no place. */
  turnOver(): void;
  /** Answers its undo. */
  onFree(listener: () => void): () => void;
}
