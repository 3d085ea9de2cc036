/** A state as word, shape and colour, so that none of the three has to carry it alone. */
import type { ReactNode } from 'react';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle';
export type Shape = 'dot' | 'ring' | 'diamond' | 'square' | 'bars';

export const SHAPES: Readonly<Record<Tone, Shape>> = {
  ok: 'dot',
  info: 'dot',
  warn: 'diamond',
  bad: 'square',
  idle: 'ring',
};

export function Mark({ tone, shape = SHAPES[tone] }: { readonly tone: Tone; readonly shape?: Shape }) {
  return <span aria-hidden="true" className={`mark ${tone} ${shape}`} />;
}

export function Pill({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`pill ${tone}`}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}
