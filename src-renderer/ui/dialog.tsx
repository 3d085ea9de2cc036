/** A native modal dialog: focus is kept inside, Esc leaves, focus returns to where it was. */
import { useEffect, useEffectEvent, useId, useRef } from 'react';
import type { ReactNode } from 'react';

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly className?: string;
  onClose(): void;
}

export function Dialog({ title, children, className = '', onClose }: DialogProps) {
  const ref = useModal(onClose);
  const id = useId();
  return (
    <dialog aria-labelledby={id} className={className} ref={ref}>
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** Shows a dialog element as modal for as long as it is mounted. `keepsFocus`: what lies below takes the focus back itself. */
export function useModal(
  onClose: () => void,
  { keepsFocus = false }: { readonly keepsFocus?: boolean } = {},
) {
  const ref = useRef<HTMLDialogElement>(null);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) {
      return;
    }
    const before = document.activeElement;
    const onCancel = (event: Event) => {
      event.preventDefault();
      close();
    };
    dialog.addEventListener('cancel', onCancel);
    dialog.showModal();
    return () => {
      dialog.removeEventListener('cancel', onCancel);
      dialog.close();
      if (before instanceof HTMLElement && !keepsFocus) {
        before.focus();
      }
    };
  }, [keepsFocus]);
  return ref;
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, children, action, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog onClose={onClose} title={title}>
      <div>{children}</div>
      <div className="dialog-foot">
        <button autoFocus className="btn" onClick={onClose} type="button">
          Cancel
        </button>
        <button
          className="btn danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
          type="button"
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}

interface DialogFootProps {
  readonly action: string;
  readonly isDisabled: boolean;
  readonly cancel?: string;
  onCancel(): void;
}

/** The end of a dialog's form: the way back, and the button that submits it. */
export function DialogFoot({ action, isDisabled, cancel = 'Cancel', onCancel }: DialogFootProps) {
  return (
    <div className="dialog-foot">
      <button className="btn" onClick={onCancel} type="button">
        {cancel}
      </button>
      <button className="btn primary" disabled={isDisabled} type="submit">
        {action}
      </button>
    </div>
  );
}
