/** Whether what is listed is about the endpoint that is shown or about all of them. */
interface ScopeChipsProps {
  /** For readers of the screen: what of theirs is listed. */
  readonly legend: string;
  readonly isOfAll: boolean;
  onChange(isOfAll: boolean): void;
}

export function ScopeChips({ legend, isOfAll, onChange }: ScopeChipsProps) {
  return (
    <fieldset className="plain chips grow">
      <legend className="sr-only">{legend}</legend>
      <button aria-pressed={!isOfAll} className="chip" onClick={() => onChange(false)} type="button">
        This endpoint
      </button>
      <button aria-pressed={isOfAll} className="chip" onClick={() => onChange(true)} type="button">
        All endpoints
      </button>
    </fieldset>
  );
}
