/** What closing the window would cut short, in one sentence. */
export interface UnderWay {
  readonly runs: number;
  readonly inFlight: number;
  readonly waiting: number;
}

export function closingSentence({ runs, inFlight, waiting }: UnderWay): string {
  if (runs === 0) {
    return `Brushfleet is still answering its callers: ${count(inFlight, 'request')} in flight.`;
  }
  const subject = runs === 1 ? 'A run is under way' : `${runs} runs are under way`;
  return `${subject}: ${count(inFlight, 'request')} in flight, ${count(waiting, 'job')} waiting.`;
}

/** With its word in the plural where there are several. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
