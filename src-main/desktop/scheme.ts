/** The two addresses the window knows, and the policy its pages are served under. */
import { contentSecurityPolicy } from '../page/bundle';
import { APP_ORIGIN } from './channels';

export const MEDIA_HOST = 'library';
export const START_PAGE = `${APP_ORIGIN}/index.html`;

export const CONTENT_SECURITY_POLICY = contentSecurityPolicy('media: blob:');

export const PRIVILEGES = [
  {
    scheme: 'app',
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
  { scheme: 'media', privileges: { standard: true, secure: true, stream: true, corsEnabled: true } },
];
