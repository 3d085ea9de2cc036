/** Where a command writes: results on `out`, everything said to a person on `err`. */
export interface Sink {
  write(text: string): void;
}

export interface Terminal extends Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface CliStreams {
  readonly out: Sink;
  readonly err: Terminal;
}
