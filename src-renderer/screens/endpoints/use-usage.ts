/** What was used in so many days, asked for again each minute while somebody looks. */
import type { Usage } from '@shared/model/usage';
import { useEffect, useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';

const EVERY_MS = 60_000;

export type UsageAnswer =
  | { readonly kind: 'reading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'read'; readonly usage: Usage };

export function useUsage(days: number): UsageAnswer {
  const { backend } = useModel();
  const [answer, setAnswer] = useState<UsageAnswer>({ kind: 'reading' });
  useEffect(() => {
    let isShown = true;
    const ask = () => {
      backend.client.endpoints.usage({ days }).then(
        (usage) => isShown && setAnswer({ kind: 'read', usage }),
        (error: unknown) => isShown && setAnswer({ kind: 'failed', sentence: sentenceOf(error) }),
      );
    };
    ask();
    const timer = setInterval(() => document.visibilityState === 'visible' && ask(), EVERY_MS);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, [backend, days]);
  return answer;
}
