/** The two caps that may stand on a run or a day. Blank is none. */
import type { Caps } from '@shared/model/run';
import { NumberField } from './field';

const MOST_USD = 1_000_000;
const MOST_REQUESTS = 1_000_000_000;
/** Less is no cap but a pause. */
const LEAST_USD = 0.01;

interface CapsFieldsProps {
  readonly caps: Caps;
  /** Goes before both labels, e.g. `This run`. */
  readonly of?: string;
  readonly costHint: string;
  readonly requestsHint: string;
  readonly tells?: 'typed' | 'left';
  onChange(caps: Caps): void;
}

export function CapsFields({ caps, of, costHint, requestsHint, tells = 'typed', onChange }: CapsFieldsProps) {
  const label = (name: string) => (of === undefined ? name : `${of}: ${name.toLowerCase()}`);
  return (
    <>
      <NumberField
        hint={costHint}
        label={label('Cost cap, $')}
        max={MOST_USD}
        min={LEAST_USD}
        onChange={(value) => onChange(withCap(caps, 'costUsd', value))}
        placeholder="no cap"
        step="any"
        tells={tells}
        value={caps.costUsd}
      />
      <NumberField
        hint={requestsHint}
        label={label('Request cap')}
        max={MOST_REQUESTS}
        min={1}
        onChange={(value) => onChange(withCap(caps, 'requests', value && Math.round(value)))}
        placeholder="no cap"
        tells={tells}
        value={caps.requests}
      />
    </>
  );
}

/** Blank takes the cap away. */
export function withCap<K extends keyof Caps>(caps: Caps, key: K, value: number | undefined): Caps {
  const { [key]: _, ...others } = caps;
  return value === undefined ? (others as Caps) : { ...others, [key]: value };
}
