/**
 * Places in a rate window become free by the passing of time alone, of which main tells nothing: while somebody looks at
 * figures that can only fall, they are asked for again.
 */
import type { EndpointView } from '@shared/contract';
import { useEffect } from 'react';
import { useModel } from '../../state/app-model';

const EVERY_MS = 5000;

export function useFreshGauges(endpoints: readonly EndpointView[]): void {
  const { backend, accept } = useModel();
  const isFalling = endpoints.some(
    ({ health }) => health.gauges.minute.used > 0 || health.gauges.tokens.used > 0,
  );
  useEffect(() => {
    if (!isFalling) {
      return;
    }
    let isShown = true;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') {
        backend.client.endpoints.list().then(
          (views) => isShown && accept({ kind: 'endpoints', endpoints: views }),
          // The connection was lost, which the feed notices and says.
          () => undefined,
        );
      }
    }, EVERY_MS);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, [backend, accept, isFalling]);
}
