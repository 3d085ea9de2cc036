/** Generation options as programs write them, in snake or camel case, as the options that are sent. Pure. */
import { type Generation, generationSchema } from '@shared/model/text';

export type GivenGeneration =
  | {
      readonly kind: 'ok';
      readonly generation: Generation;
      /** What the same object says besides: the SDK's own configuration holds these, too. */
      readonly system?: string;
      readonly schema?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'refused'; readonly sentence: string };

/** As the SDK of Google has them. */
const SDK_NAMES = [
  ['stopSequences', 'stop'],
  ['safetySettings', 'safety'],
] as const;

/** The later win. */
export function givenGeneration(
  ...configs: readonly (Readonly<Record<string, unknown>> | undefined)[]
): GivenGeneration {
  const named = new Map<string, unknown>();
  for (const config of configs) {
    for (const [name, value] of Object.entries(config ?? {})) {
      if (value !== undefined && value !== null) {
        named.set(camelOf(name), value);
      }
    }
  }
  const system = take(named, 'systemInstruction');
  const schema = take(named, 'responseJsonSchema') ?? take(named, 'responseSchema');
  // With a schema it is JSON, and without one it is text.
  named.delete('responseMimeType');
  const thinking = take(named, 'thinkingConfig');
  if (isObject(thinking)) {
    const budget = thinking['thinking_budget'] ?? thinking['thinkingBudget'];
    if (budget !== undefined) {
      named.set('thinkingBudget', budget);
    }
  }
  for (const [theirs, ours] of SDK_NAMES) {
    const value = take(named, theirs);
    if (value !== undefined) {
      named.set(ours, value);
    }
  }
  const stop = named.get('stop');
  if (typeof stop === 'string') {
    named.set('stop', [stop]);
  }
  const parsed = generationSchema.safeParse(Object.fromEntries(named));
  if (!parsed.success) {
    return { kind: 'refused', sentence: problemIn(named, parsed.error.issues[0]) };
  }
  return {
    kind: 'ok',
    generation: parsed.data,
    ...(typeof system === 'string' ? { system } : {}),
    ...(isObject(schema) ? { schema } : {}),
  };
}

function problemIn(
  named: ReadonlyMap<string, unknown>,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  const known = Object.keys(generationSchema.shape);
  const unknown = [...named.keys()].find((name) => !known.includes(name));
  return unknown === undefined
    ? `generation_config.${String(issue?.path[0] ?? '')} cannot be used: ${issue?.message ?? 'it is not valid'}.`
    : `generation_config.${unknown} is not an option here; these are: ${known.join(', ')}.`;
}

function take(named: Map<string, unknown>, name: string): unknown {
  const value = named.get(name);
  named.delete(name);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function camelOf(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
