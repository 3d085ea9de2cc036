import { describe, expect, it } from 'vitest';
import { columnTemplate, parseTemplate, renderTemplate, unknownColumns } from './template';

describe('templates', () => {
  it('fill columns in, white space inside the braces or not', () => {
    const template = parseTemplate('Make {{ object }} {{colour}}, {{object}}!');
    expect(template.columns).toEqual(['object', 'colour']);
    expect(renderTemplate(template, { object: 'the hat', colour: 'red' })).toEqual({
      text: 'Make the hat red, the hat!',
      missing: [],
    });
  });

  it('report columns the row does not have', () => {
    const template = parseTemplate('{{a}} {{b}} {{constructor}}');
    expect(renderTemplate(template, { a: '1' })).toEqual({ text: '1  ', missing: ['b', 'constructor'] });
    expect(unknownColumns(template, ['a', ' b '])).toEqual(['constructor']);
  });

  it('never read a cell as a template', () => {
    expect(renderTemplate(parseTemplate('{{a}}'), { a: '{{b}}', b: 'no' }).text).toBe('{{b}}');
  });

  it('leave other braces alone', () => {
    const text = '{"a": {{}} {{ }} {b} }}{{';
    expect(renderTemplate(parseTemplate(text), {})).toEqual({ text, missing: [] });
  });

  it('know names with spaces, also around a header', () => {
    expect(
      renderTemplate(parseTemplate('{{my column}}-{{late}}'), { 'my column': 'x', ' late': 'y' }).text,
    ).toBe('x-y');
    expect(renderTemplate(parseTemplate(columnTemplate('__proto__')), { ['__proto__']: 'p' }).text).toBe('p');
  });
});
