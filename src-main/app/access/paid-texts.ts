/** Questions that a token with a cap asks: in a session of its own, with a history of its own, at its own cost. */
import type { TextParts } from '../text/text-parts';
import { createTexts, type Texts } from '../text/texts';

export function textsByPayer(parts: TextParts): (payer: string) => Texts {
  const known = new Map<string, Texts>();
  return (payer) => {
    const texts =
      known.get(payer) ??
      createTexts({
        ...parts,
        sessions: {
          open: (given) => parts.sessions.open({ ...given, name: `${given.name} of token ${payer}`, payer }),
        },
      });
    known.set(payer, texts);
    return texts;
  };
}
