/** Short words about what went well, in a live region. */
import { useUi } from '../state/app-model';

export function Toasts() {
  const toasts = useUi((state) => state.toasts);
  return (
    <div aria-live="polite" className="toasts" role="status">
      {toasts.map((toast) => (
        <div className="toast" key={toast.id}>
          {toast.text}
        </div>
      ))}
    </div>
  );
}
