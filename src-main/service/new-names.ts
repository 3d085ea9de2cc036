/**
 * Models that callers name and the catalogue does not have. They are sent as they are, for new ones come by the month;
 * but the library keeps every name for good, so that a caller who makes up names has only so many of them. Strangers
 * share what there is for all of them, and one has a small part of it: he cannot use up what the others need.
 */
import type { ModelChoice } from '@shared/model/run';

export interface NameAsker {
  readonly id: string;
  /** Those of one kind share what there is. Absent: nobody else is of its kind. */
  readonly kind?: string;
}

export interface NewNames {
  /** Why this one is not asked for, one sentence; null: it is. */
  refusal(asker: NameAsker, model: ModelChoice): string | null;
}

/** No relay that anybody uses for days has so many. */
const MOST_NAMES = 200;
/** Of those that share them. */
const MOST_OF_ONE = 20;

export function createNewNames(
  isListed: (model: ModelChoice) => boolean,
  {
    most = MOST_NAMES,
    mostOfOne = MOST_OF_ONE,
  }: { readonly most?: number; readonly mostOfOne?: number } = {},
): NewNames {
  /** By kind: each name, and who asked for it first. */
  const byKind = new Map<string, Map<string, string>>();

  function full({ id, kind }: NameAsker, names: ReadonlyMap<string, string>): string | null {
    const own = [...names.values()].filter((one) => one === id).length;
    if (kind !== undefined && own >= mostOfOne) {
      return `You have asked for ${mostOfOne} models`;
    }
    if (names.size < most) {
      return null;
    }
    return kind === undefined ? `You have asked for ${most} models` : `Callers have asked for ${most} models`;
  }

  return {
    refusal(asker, choice) {
      if (isListed(choice)) {
        return null;
      }
      const shared = asker.kind === undefined ? `of ${asker.id}` : `kind ${asker.kind}`;
      const names = byKind.get(shared) ?? new Map<string, string>();
      byKind.set(shared, names);
      const name = `${choice.provider} ${choice.model}`;
      // What the library has already costs nobody anything.
      const why = names.has(name) ? null : full(asker, names);
      if (why === null) {
        names.set(name, names.get(name) ?? asker.id);
        return null;
      }
      return (
        `${why} that the catalogue does not have: ask for one that it has, ` +
        `or have ${choice.model.slice(0, 200)} added in Settings under "Models you added".`
      );
    },
  };
}
