/** A choice of protocol. */
import { PROVIDER_LABELS, providerSchema } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { SelectField } from './field';

interface ProviderSelectProps {
  readonly label: string;
  readonly value: Provider;
  readonly className?: string;
  readonly autoFocus?: boolean;
  onChange(provider: Provider): void;
}

export function ProviderSelect({ onChange, ...select }: ProviderSelectProps) {
  return (
    <SelectField {...select} onChange={(event) => onChange(providerSchema.parse(event.target.value))}>
      {providerSchema.options.map((provider) => (
        <option key={provider} value={provider}>
          {PROVIDER_LABELS[provider]}
        </option>
      ))}
    </SelectField>
  );
}
