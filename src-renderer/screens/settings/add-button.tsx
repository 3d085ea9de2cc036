/** Below a list of the settings: adds to it. */
export function AddButton({ label, onAdd }: { readonly label: string; onAdd(): void }) {
  return (
    <div>
      <button
        aria-keyshortcuts="n"
        className="btn"
        onClick={onAdd}
        title="N, while its section has the focus"
        type="button"
      >
        {label}
      </button>
    </div>
  );
}
