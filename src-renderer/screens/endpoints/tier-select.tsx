/** Whether a key belongs to a free or a paid account; the pool may prefer one or hold it back. */
import { keyTierSchema } from '@shared/model/endpoint';
import type { KeyTier } from '@shared/model/endpoint';
import { SelectField } from '../../ui/field';

interface TierSelectProps {
  readonly value: KeyTier | null;
  readonly error?: string | undefined;
  onChange(tier: KeyTier | null): void;
}

export function TierSelect({ value, error, onChange }: TierSelectProps) {
  return (
    <SelectField
      error={error}
      hint="Settings say which go first"
      label="Tier"
      onChange={(event) => onChange(keyTierSchema.safeParse(event.target.value).data ?? null)}
      value={value ?? ''}
    >
      <option value="">Not set</option>
      <option value="free">Free</option>
      <option value="paid">Paid</option>
    </SelectField>
  );
}
