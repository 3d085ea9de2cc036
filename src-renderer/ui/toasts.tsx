/** Short words about what went well, in a live region. */
import { useModel, useUi } from '../state/app-model';
import { dropToast } from '../state/ui-store';

export function Toasts() {
  const { ui } = useModel();
  const toasts = useUi((state) => state.toasts);
  return (
    <div aria-live="polite" className="toasts" role="status">
      {toasts.map((toast) => (
        <div className="toast" key={toast.id}>
          {toast.text}
          {toast.action !== undefined && (
            <button
              className="btn small"
              onClick={() => {
                dropToast(ui, toast.id);
                toast.action?.run();
              }}
              type="button"
            >
              {toast.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
