/** Where a key may be sent: it moves from one endpoint to another by these, and may serve several. */
import { useLive } from '../../state/app-model';

interface ServedEndpointsProps {
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  onChange(endpointIds: readonly string[]): void;
}

export function ServedEndpoints({ chosen, error, onChange }: ServedEndpointsProps) {
  const endpoints = useLive((state) => state.endpoints);
  const all = endpoints.filter(({ endpoint }) => !endpoint.demo).map(({ endpoint }) => endpoint);
  if (all.length < 2) {
    return null;
  }
  const toggle = (id: string) =>
    onChange(all.map((one) => one.id).filter((one) => chosen.includes(one) !== (one === id)));
  return (
    <fieldset className="plain">
      <legend className="legend">Endpoints it serves</legend>
      <div className="chips">
        {all.map(({ id, name }) => (
          <button
            aria-pressed={chosen.includes(id)}
            className="chip"
            disabled={chosen.length === 1 && chosen.includes(id)}
            key={id}
            onClick={() => toggle(id)}
            type="button"
          >
            {name}
          </button>
        ))}
      </div>
      {error !== undefined && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
