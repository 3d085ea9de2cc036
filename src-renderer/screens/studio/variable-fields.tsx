/** One field for each `{{blank}}` of the instruction. */
import type { StudioView } from './use-studio';

export function VariableFields({
  names,
  view,
}: {
  readonly names: readonly string[];
  readonly view: StudioView;
}) {
  const { draft, change } = view;
  return (
    <div aria-label="Blanks of the instruction" className="composer-variables" role="group">
      {names.map((name) => (
        <label key={name}>
          <code>{`{{${name}}}`}</code>
          <input
            autoComplete="off"
            className="input"
            onChange={(event) => change({ values: { ...draft.values, [name]: event.target.value } })}
            value={draft.values[name] ?? ''}
          />
        </label>
      ))}
    </div>
  );
}
