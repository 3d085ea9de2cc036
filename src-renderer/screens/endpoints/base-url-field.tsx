/** The base URL of an endpoint, with the address that a request really goes to. */
import type { Endpoint } from '@shared/model/endpoint';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { OFFICIAL_BASE_URLS, requestUrl } from '@shared/request-url';
import { defaultModel } from '@shared/resolve-model';
import { sendsInClear } from '@shared/sends-in-clear';
import { useState } from 'react';
import { useLive } from '../../state/app-model';
import { makesPictures } from '../../state/model-tasks';
import type { ActionError } from '../../state/use-action';
import { SelectField, TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { baseUrlProblem, otherProtocol } from './endpoint-links';

interface BaseUrlProps {
  readonly endpoint: Endpoint;
  readonly error: ActionError | null;
  onSave(part: Partial<Endpoint>): void;
}

export function BaseUrl({ endpoint, error, onSave }: BaseUrlProps) {
  const models = useLive((state) => state.models);
  const [typed, setTyped] = useState(endpoint.baseUrl);
  const model = defaultModel(models.filter(makesPictures), endpoint.provider)?.id ?? 'model';
  const url = requestUrl({ ...endpoint, baseUrl: typed }, model, 'edit');
  const problem = baseUrlProblem(typed) ?? (error?.field === 'baseUrl' ? error.sentence : undefined);
  const other = otherProtocol(typed, endpoint.provider);
  const isGoogle = endpoint.provider === 'google_genai';
  return (
    <>
      <TextField
        className={isGoogle ? 'span2' : 'span4'}
        error={problem}
        hint={
          <>
            Sends to <code>{url}</code>
          </>
        }
        label="Base URL"
        onBlur={() =>
          typed !== endpoint.baseUrl && baseUrlProblem(typed) === undefined && onSave({ baseUrl: typed })
        }
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        placeholder={`official: ${OFFICIAL_BASE_URLS[endpoint.provider]}`}
        type="url"
        value={typed}
      />
      {isGoogle && (
        <SelectField
          label="API version"
          onChange={(event) => onSave({ apiVersion: event.target.value })}
          value={endpoint.apiVersion}
        >
          <option value="">From the URL, else v1beta</option>
          {['v1', 'v1beta', 'v1alpha'].map((version) => (
            <option key={version} value={version}>
              {version}
            </option>
          ))}
        </SelectField>
      )}
      {other !== null && (
        <div className="span4">
          <Notice tone="warn">
            This address looks like {PROVIDER_LABELS[other]}, and this endpoint speaks{' '}
            {PROVIDER_LABELS[endpoint.provider]}: add an endpoint of that protocol for it.
          </Notice>
        </div>
      )}
      {sendsInClear(typed) && (
        <div className="span4">
          <Notice tone="warn">
            This address is not encrypted: anyone in between can read your keys and pictures. Use it only in a
            network you trust.
          </Notice>
        </div>
      )}
    </>
  );
}
