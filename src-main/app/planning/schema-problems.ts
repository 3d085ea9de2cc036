/** What keeps a JSON Schema from being used, as its author wrote it. */
import type { SchemaProblem } from '@shared/contract/text';
import { jsonFault } from '@shared/json-fault';
import { LONGEST_SCHEMA } from '@shared/model/text';
import type { JsonSchema } from '../../providers/adapter';
import { compileSchema } from '../../transport/fits-schema';

/** Empty: it can be used. The length comes first: what is too long is not read at all. */
export function schemaProblems(text: string): SchemaProblem[] {
  if (text.length > LONGEST_SCHEMA) {
    const most = LONGEST_SCHEMA.toLocaleString('en');
    return [
      {
        path: '',
        message: `The schema has ${text.length.toLocaleString('en')} characters: make it shorter than ${most}.`,
      },
    ];
  }
  const fault = jsonFault(text);
  if (fault !== null) {
    const { reason, line, column } = fault;
    return [
      {
        path: '',
        message: `The schema is not valid JSON: line ${line}, column ${column}: ${reason}.`,
        line,
        column,
      },
    ];
  }
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) {
    return [{ path: '', message: 'The schema must be a JSON object, such as {"type": "object"}.' }];
  }
  const compiled = compileSchema(value);
  return compiled.kind === 'ok' ? [] : [{ path: compiled.path, message: compiled.message }];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
