/** What is told of an answer beside its text: what else was paid for, and that it ended before its end. Pure. */
import type { JsonValue } from '@shared/json';
import type { TextResult } from '@shared/model/text';

export interface BesideAnswer {
  /** All of them, the first too; absent: there is no other. JSON is parsed; what is none stays text. */
  readonly candidates?: readonly JsonValue[];
  /** The provider's word, such as MAX_TOKENS or length; absent: the model ended by itself. */
  readonly finish?: string;
}

/** Where a model had said what it had to say, in the words of the protocols and of relays. */
const BY_ITSELF = /^(stop|completed|end_turn|stop_sequence|eos)$/i;

export function besideAnswer({ text, more = [], mimeType, finish }: TextResult): BesideAnswer {
  const valueOf = mimeType === 'application/json' ? parsed : (one: string) => one;
  return {
    ...(more.length === 0 ? {} : { candidates: [text, ...more].map(valueOf) }),
    ...(finish === undefined || BY_ITSELF.test(finish) ? {} : { finish }),
  };
}

/** Only the first has been held against the schema. */
function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
