/** A name being changed in place: Enter or leaving keeps it, Esc does not. */
import { useEffect, useRef, useState } from 'react';

interface RenameProps {
  readonly label: string;
  readonly name: string;
  readonly placeholder?: string;
  /** Null: as it was. */
  onDone(name: string | null): void;
}

export function RenameField({ label, name, placeholder, onDone }: RenameProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(name);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (value: string | null) => {
    // Leaving the field follows Enter and Esc.
    if (!isDone.current) {
      isDone.current = true;
      onDone(value);
    }
  };
  return (
    <input
      aria-label={label}
      autoComplete="off"
      className="input rename"
      maxLength={200}
      onBlur={() => end(typed)}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          end(typed);
        } else if (event.key === 'Escape') {
          end(null);
        }
      }}
      placeholder={placeholder}
      ref={field}
      value={typed}
    />
  );
}
