/** A value that changes often, handed on at most once per interval; the last one always arrives. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';

export function useThrottled<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const deliver = useEffectEvent(() => {
    timer.current = null;
    setShown(value);
  });
  useEffect(() => {
    if (timer.current === null && !Object.is(value, shown)) {
      timer.current = setTimeout(() => deliver(), everyMs);
    }
  }, [value, shown, everyMs]);
  useEffect(
    () => () => {
      if (timer.current !== null) {
        clearTimeout(timer.current);
        timer.current = null;
      }
    },
    [],
  );
  return shown;
}

/** A value handed on once it has rested for a while. */
export function useSettled<T>(value: T, afterMs: number): T {
  const [shown, setShown] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setShown(value), afterMs);
    return () => clearTimeout(wait);
  }, [value, afterMs]);
  return shown;
}
