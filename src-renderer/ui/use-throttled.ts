/** A value that changes often, handed on at most once per interval; the last one always arrives. */
import { useEffect, useRef, useState } from 'react';

export function useThrottled<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  latest.current = value;
  useEffect(() => {
    if (timer.current !== null || Object.is(value, shown)) {
      return;
    }
    timer.current = setTimeout(() => {
      timer.current = null;
      setShown(latest.current);
    }, everyMs);
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
