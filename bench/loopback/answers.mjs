/** What the mock providers answer around the base64 letters of the picture, and the part of a path that asks for it. */
export const ANSWERS = {
  gemini: {
    path: ':generateContent',
    before:
      '{"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"',
    after:
      '"}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1130,"candidatesTokenCount":1120,' +
      '"totalTokenCount":2250},"modelVersion":"mock"}',
  },
  images: {
    path: '/images/',
    before: '{"created":1795000000,"data":[{"b64_json":"',
    after: '"}],"usage":{"input_tokens":1130,"output_tokens":420,"total_tokens":1550}}',
  },
  chat: {
    path: '/chat/completions',
    before:
      '{"id":"chatcmpl-mock","object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":' +
      '{"role":"assistant","content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,',
    after: '"}}]}}]}',
  },
};
