/** A button that asks for pictures in the system's own dialog. */
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { useModel } from '../../state/app-model';
import { bringOrOffer, isImageFile } from './bring';

interface PickProps {
  readonly className: string;
  readonly title?: string;
  readonly children: ReactNode;
}

/** Marks the field that the key opens too. */
export const PICK_CLASS = 'studio-pick';

export function PickPictures({ className, title, children }: PickProps) {
  const model = useModel();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button className={className} onClick={() => field.current?.click()} title={title} type="button">
        {children}
      </button>
      <input
        accept="image/*"
        aria-label="Pictures to bring in"
        className={`sr-only ${PICK_CLASS}`}
        multiple
        onChange={(event) => {
          // What is none is offered to a run: its grant arrives by itself.
          const files = [...(event.target.files ?? [])].filter(isImageFile);
          // The same file may be chosen again.
          event.target.value = '';
          if (files.length > 0) {
            bringOrOffer(model, files);
          }
        }}
        ref={field}
        tabIndex={-1}
        type="file"
      />
    </>
  );
}
