/** What a template says of a row. Pure. */
import type { Fields } from '@shared/columns';
import { parseTemplate, renderTemplate } from '@shared/template';
import { badInput, type Refused } from '../../images/bad-input';

/** Refused where it names a column that the row has not. */
export function renderFields(template: string, fields: Fields): string | Refused {
  const { text, missing } = renderTemplate(parseTemplate(template), fields);
  return missing.length === 0
    ? text
    : badInput(`The row has no column ${missing.map((name) => `"${name}"`).join(', ')}.`);
}
