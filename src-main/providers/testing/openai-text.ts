/** Answers and events of text as OpenAI writes them. */
export const USAGE = { prompt_tokens: 7, completion_tokens: 35, total_tokens: 42 };
const RESPONSE_USAGE = { input_tokens: 7, output_tokens: 35, total_tokens: 42 };
export function chat(content: unknown, more: object = {}) {
  return {
    choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
    usage: USAGE,
  };
}

export function response(text: string, more: object = {}) {
  return {
    object: 'response',
    status: 'completed',
    error: null,
    output: [
      { type: 'reasoning', summary: [] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] },
    ],
    usage: RESPONSE_USAGE,
    ...more,
  };
}

export function event(value: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;
}

export function delta(content: string, more: object = {}, index = 0): string {
  return event({ choices: [{ index, delta: { content }, finish_reason: null, ...more }] });
}

export const DONE = 'data: [DONE]\n\n';
