/** An item of a request as it is sent, and its answer as it is told. */
import type { SchemaProblem } from '@shared/contract/text';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Provider } from '@shared/model/provider';
import type { AnswerFormat, Ask, Generation, TextResult } from '@shared/model/text';
import { besideAnswer } from '../app/tables/beside-answer';
import { modelOf } from './model-of';
import { Problem } from './problem';
import type { ChatItem, StoryItem, StructuredItem } from './shapes';

export type Kind = 'chat' | 'structured' | 'story';

/** One item, whichever of the three it is. */
export interface Wish {
  readonly kind: Kind;
  readonly prompt: string;
  readonly system: string;
  readonly answer: AnswerFormat;
  readonly model: string | undefined;
  readonly provider: Provider | undefined;
  readonly generation: Generation;
  /** Told back with the answer. */
  readonly echo: { readonly task_id?: string | number; readonly metadata?: unknown };
  /** Where it stands in the body, for sentences: `requests.2.`, or blank. */
  readonly place: string;
}

export function chatWish(item: ChatItem, place = ''): Wish {
  return { ...common(item, place), kind: 'chat', prompt: item.prompt, answer: { kind: 'text' } };
}

export function structuredWish(item: StructuredItem, place = ''): Wish {
  const answer = { kind: 'json' as const, schema: JSON.stringify(item.json_schema) };
  return { ...common(item, place), kind: 'structured', prompt: item.user_content, answer };
}

export function storyWish(item: StoryItem, place = ''): Wish {
  const voices = item.voice_id_list;
  const answer = { kind: 'story' as const, ...(voices === undefined ? {} : { voices }) };
  return { ...common(item, place), kind: 'story', prompt: item.user_content, answer };
}

function common(item: ChatItem | StructuredItem | StoryItem, place: string) {
  return {
    place,
    system: item.system_prompt,
    model: item.model,
    provider: item.provider,
    generation: item.generation_config ?? {},
    echo: {
      ...(item.task_id === undefined ? {} : { task_id: item.task_id }),
      ...(item.metadata === undefined ? {} : { metadata: item.metadata }),
    },
  };
}

export interface PlanSurroundings {
  readonly models: readonly CatalogueModel[];
  /** Those that the caller's keys are for. */
  readonly providers: readonly Provider[];
  /** They are the library's own, behind a passphrase that nobody gave. */
  readonly areLocked?: boolean | undefined;
  /** Why this model is not asked for, one sentence; null: it is. */
  refused(model: ModelChoice): string | null;
  checkSchema(schema: string): readonly SchemaProblem[];
}

/** Throws a Problem: then nothing of the request is sent. */
export function askOf(
  wish: Wish,
  { models, providers, areLocked, refused, checkSchema }: PlanSurroundings,
): Ask {
  if (wish.answer.kind === 'json') {
    const [problem] = checkSchema(wish.answer.schema);
    if (problem !== undefined) {
      throw new Problem(422, `${wish.place}json_schema${problem.path}: ${problem.message}`, {
        field: `${wish.place}json_schema${problem.path}`,
      });
    }
  }
  const model = modelOf(wish, { models, providers, areLocked });
  const sentence = refused(model);
  if (sentence !== null) {
    throw new Problem(422, sentence, { field: `${wish.place}model` });
  }
  return {
    kind: 'text',
    model,
    system: wish.system,
    messages: [{ role: 'user', parts: [{ kind: 'text', text: wish.prompt }] }],
    generation: wish.generation,
    answer: wish.answer,
  };
}

/** A story's or structured answer's JSON; chat: its text. */
export function toldAnswer(
  { kind, echo }: Pick<Wish, 'kind' | 'echo'>,
  { model, ...answer }: TextResult & { readonly model: string },
): Readonly<Record<string, unknown>> {
  const beside = besideAnswer(answer);
  return kind === 'chat'
    ? { success: true, response: answer.text, ...beside, model, ...echo }
    : {
        success: true,
        data: JSON.parse(answer.text) as unknown,
        message: 'Successfully generated structured output',
        ...beside,
        model,
        ...echo,
      };
}
