/** How a relay deviates from OpenAI's protocol. */
import type { Endpoint, EndpointOptions } from '@shared/model/endpoint';
import { SelectField } from '../../ui/field';

interface RelayOptionsProps {
  readonly endpoint: Endpoint;
  onSave(part: Partial<Endpoint>): void;
}

export function RelayOptions({ endpoint, onSave }: RelayOptionsProps) {
  const { options } = endpoint;
  const set = (part: EndpointOptions) => onSave({ options: { ...options, ...part } });
  return (
    <details className="relay">
      <summary>For relays that differ from OpenAI</summary>
      <div className="fields">
        <SelectField
          label="Pictures are requested at"
          onChange={(event) => set({ imagesVia: event.target.value === 'chat' ? 'chat' : 'images' })}
          value={options.imagesVia ?? 'images'}
        >
          <option value="images">/images (OpenAI)</option>
          <option value="chat">/chat/completions</option>
        </SelectField>
        <SelectField
          label="Text is requested at"
          onChange={(event) => set({ textVia: viaOf(event.target.value) })}
          value={options.textVia ?? 'auto'}
        >
          <option value="auto">Automatic: /responses at OpenAI, else chat</option>
          <option value="chat">/chat/completions</option>
          <option value="responses">/responses</option>
        </SelectField>
        <SelectField
          label="Several pictures are sent as"
          onChange={(event) => set({ editField: event.target.value === 'image' ? 'image' : 'image[]' })}
          value={options.editField ?? 'image[]'}
        >
          <option value="image[]">image[] (OpenAI)</option>
          <option value="image">image</option>
        </SelectField>
        <SelectField
          label="response_format"
          onChange={(event) => set({ responseFormat: choiceOf(event.target.value) })}
          value={options.responseFormat ?? 'auto'}
        >
          <option value="auto">Where the model knows it</option>
          <option value="always">Always</option>
          <option value="never">Never</option>
        </SelectField>
        <SelectField
          label="Previews (partial images)"
          onChange={(event) => set({ partialImages: choiceOf(event.target.value) })}
          value={options.partialImages ?? 'auto'}
        >
          <option value="auto">Only from OpenAI itself</option>
          <option value="always">From this endpoint, too</option>
          <option value="never">Never</option>
        </SelectField>
      </div>
    </details>
  );
}

function choiceOf(value: string): 'auto' | 'always' | 'never' {
  return value === 'always' || value === 'never' ? value : 'auto';
}

function viaOf(value: string): 'auto' | 'chat' | 'responses' {
  return value === 'chat' || value === 'responses' ? value : 'auto';
}
