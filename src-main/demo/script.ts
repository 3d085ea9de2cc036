/**
 * How the demo endpoint fails on purpose: by words in the instruction and by the key, so that a person can see every
 * kind of failure without paying for one; and by a script of the caller's own, so that tests can cause any of them.
 */
import type { Provider } from '@shared/model/provider';
import { refusal } from './refusals';

/** What a script sees of a request before it is answered. */
export interface ScriptedRequest {
  readonly protocol: Provider;
  readonly via: 'generateContent' | 'images' | 'chat' | 'responses';
  readonly asks: 'picture' | 'text';
  readonly model: string;
  readonly prompt: string;
  readonly key: string | null;
  /** 1 for the first request with this model, prompt and pictures, then 2, 3 … */
  readonly attempt: number;
  readonly imageCount: number;
}

/** What happens instead of the plain answer; `latencyMs` and `until` may go with any of the others. */
export interface Fault {
  readonly latencyMs?: number;
  /** Nothing is answered before: who waits for something else needs not to guess how long that takes. */
  readonly until?: Promise<unknown>;
  /** This answer, word for word: an object goes out as JSON, a string as it is. */
  readonly status?: number;
  readonly body?: string | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers; ends with the connection. */
  readonly hang?: true;
  /** The connection is reset before any byte of the answer, or in the middle of its body. */
  readonly reset?: 'before' | 'midBody';
  /** How the picture is wrapped, as relays do it. */
  readonly shape?: AnswerShape;
}

/**
 * - `textDataUrl`: Markdown with a data URL in the text (Images API: a `data:` prefix before the base64)
 * - `textUrl`: a hosted URL in the text (Images API: `url` instead of `b64_json`)
 * - `fileUri`: Gemini `fileData`, otherwise as `textUrl`
 * - `topLevelParts`: Gemini `parts` beside instead of inside `candidates`
 * - `thoughtFirst`, `thoughtOnly`: Gemini, a draft flagged as a thought before the picture, or the picture so flagged
 */
export type AnswerShape =
  | 'plain'
  | 'textDataUrl'
  | 'textUrl'
  | 'fileUri'
  | 'topLevelParts'
  | 'thoughtFirst'
  | 'thoughtOnly';

export type FaultScript = (request: ScriptedRequest) => Fault | null;

interface DemoRule {
  readonly when: RegExp;
  /** For the person who reads the demo's documentation. */
  readonly what: string;
  /** Only of requests for pictures. */
  readonly ofPictures?: true;
  readonly fault: (request: ScriptedRequest) => Fault;
}

/** Words in an instruction that fail on purpose. */
export const DEMO_WORDS: readonly DemoRule[] = [
  {
    when: /\bforbidden\b/i,
    what: 'refused by the safety policy',
    fault: ({ protocol }) => refusal('blocked', protocol),
  },
  {
    when: /\btext only\b/i,
    what: 'answered in words, without a picture',
    ofPictures: true,
    fault: ({ protocol, via }) => refusal('no_image', protocol, via),
  },
  {
    when: /\boverload(ed)?\b/i,
    what: 'always overloaded (503)',
    fault: ({ protocol }) => refusal('overloaded', protocol),
  },
  {
    when: /\bbroken answer\b/i,
    what: 'answered with a web page instead of the protocol',
    fault: ({ protocol }) => refusal('malformed', protocol),
  },
  { when: /\bslowly\b/i, what: 'answered after five seconds', fault: () => ({ latencyMs: 5000 }) },
];

/** Keys that fail on purpose; any other key, or none, is accepted. */
export const DEMO_KEYS: readonly DemoRule[] = [
  {
    when: /^demo-out-of-quota/,
    what: 'out for today',
    fault: ({ protocol }) => refusal('quota_day', protocol),
  },
  {
    when: /^demo-rate-limited/,
    what: 'over its requests per minute',
    fault: ({ protocol }) => refusal('quota_minute', protocol),
  },
  {
    when: /^demo-no-credit/,
    what: 'without credit',
    fault: ({ protocol }) => refusal('no_credit', protocol),
  },
  { when: /^demo-invalid/, what: 'not valid', fault: ({ protocol }) => refusal('invalid_key', protocol) },
];

export const demoScript: FaultScript = (request) => {
  const byKey = DEMO_KEYS.find((rule) => request.key !== null && rule.when.test(request.key));
  const rule =
    byKey ??
    DEMO_WORDS.find(
      (one) => one.when.test(request.prompt) && (request.asks === 'picture' || one.ofPictures !== true),
    );
  return rule?.fault(request) ?? null;
};
