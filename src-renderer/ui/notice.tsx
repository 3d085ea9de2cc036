/** A sentence that stays where it belongs until it is no longer true. */
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const GLYPHS = { bad: CircleAlert, warn: TriangleAlert, info: Info } as const;

interface NoticeProps {
  readonly tone: keyof typeof GLYPHS;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function Notice({ tone, children, action }: NoticeProps) {
  const Glyph = GLYPHS[tone];
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      <Glyph aria-hidden="true" className="glyph" size={14} />
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}
