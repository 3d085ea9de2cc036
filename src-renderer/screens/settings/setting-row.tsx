/** One setting with its default beside it, and the way back to it. */
import type { ReactNode } from 'react';

interface SettingRowProps {
  readonly name: string;
  readonly standard: string;
  readonly isOwn: boolean;
  readonly children: ReactNode;
  onReset(): void;
}

export function SettingRow({ name, standard, isOwn, children, onReset }: SettingRowProps) {
  return (
    <div className="setting-row">
      <div>{children}</div>
      <div className="hint setting-default">
        {isOwn ? (
          <button aria-label={`Reset ${name}`} className="btn small ghost" onClick={onReset} type="button">
            Reset
          </button>
        ) : (
          'Default'
        )}
        {isOwn && <span className="clip">to {standard}</span>}
      </div>
    </div>
  );
}
