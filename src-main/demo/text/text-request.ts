/** One text request as the demo endpoint understands it, whichever protocol it came by. */
import type { Provider } from '@shared/model/provider';
import type { Picture } from '../request';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface SpokenTurn {
  readonly role: 'user' | 'model';
  readonly text: string;
}

export interface TextRequest {
  readonly protocol: Provider;
  readonly via: 'generateContent' | 'chat' | 'responses';
  readonly model: string;
  readonly system: string;
  /** The last is what is asked now. */
  readonly turns: readonly SpokenTurn[];
  /** All that the last turn has besides words, in order. */
  readonly media: readonly Picture[];
  /** What the answer is to fit; null: words, or any JSON (`wantsJson`). */
  readonly schema: JsonObject | null;
  readonly wantsJson: boolean;
  readonly maxTokens: number | null;
  readonly count: number;
  readonly isStreamed: boolean;
  /** Everything else that was sent. */
  readonly params: JsonObject;
}

/** Names of models that answer in words, as far as a name tells. */
export function answersInWords(model: string): boolean {
  return (
    !/image|banana|dall-e/i.test(model) &&
    /(?:^|[-/])(?:demo-text|gpt-[3-9]|o[1-9]|text|chat|flash|pro|argon|carbon|llama|qwen|deepseek)/i.test(
      model,
    )
  );
}

export function promptOf({ turns }: TextRequest): string {
  return turns.at(-1)?.text ?? '';
}
