/** Where a command writes: results on `out`, everything said to a person on `err`. */
export interface Sink {
  write(text: string): void;
}

/** Absent members: nothing that is written there can be lost. */
export interface ResultSink extends Sink {
  /** Resolves when all that was written so far has left; false: something of it is lost. */
  delivered?(): Promise<boolean>;
  /** Calls once when something is lost, at once where it has been. Returns the undo. */
  onLost?(listener: () => void): () => void;
}

export interface Terminal extends Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface CliStreams {
  readonly out: ResultSink;
  readonly err: Terminal;
}
