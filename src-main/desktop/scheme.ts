/** The two addresses the window knows, and the policy its pages are served under. */
export const APP_HOST = 'brushfleet';
export const MEDIA_HOST = 'library';
export const APP_ORIGIN = `app://${APP_HOST}`;
export const START_PAGE = `${APP_ORIGIN}/index.html`;

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' media: blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

export const CONTENT_SECURITY_POLICY = Object.entries(POLICY)
  .map(([directive, value]) => `${directive} ${value}`)
  .join('; ');

export const PRIVILEGES = [
  {
    scheme: 'app',
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
  { scheme: 'media', privileges: { standard: true, secure: true, stream: true } },
];
