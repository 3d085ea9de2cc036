/**
 * Models that callers name and the catalogue does not have. They are sent as they are, for new ones come by the month;
 * but the library keeps every name for good, so that a caller who makes up names has only so many of them.
 */
import type { ModelChoice } from '@shared/model/run';

export interface NewNames {
  /** Why this one is not asked for, one sentence; null: it is. */
  refusal(caller: string, model: ModelChoice): string | null;
}

/** No relay that anybody uses for days has so many. */
const MOST_NAMES = 200;

export function createNewNames(
  isListed: (model: ModelChoice) => boolean,
  most: number = MOST_NAMES,
): NewNames {
  const byCaller = new Map<string, Set<string>>();
  return {
    refusal(caller, choice) {
      if (isListed(choice)) {
        return null;
      }
      const names = byCaller.get(caller) ?? new Set();
      byCaller.set(caller, names);
      const name = `${choice.provider} ${choice.model}`;
      if (names.has(name) || names.size < most) {
        names.add(name);
        return null;
      }
      return (
        `You have asked for ${most} models that the catalogue does not have: ask for one that it has, ` +
        `or have ${choice.model.slice(0, 200)} added in Settings under "Models you added".`
      );
    },
  };
}
