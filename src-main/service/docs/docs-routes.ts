/** /docs and /openapi.json. Open: they tell nothing of this service but its version. */
import type { FastifyInstance } from 'fastify';
import type { ServiceContext } from '../service-context';
import { DOCS_STYLE, docsPage } from './docs-page';
import { openApi } from './openapi';

const POLICY =
  "default-src 'none'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function docsRoutes(server: FastifyInstance, { version }: ServiceContext): void {
  const page = docsPage(version);
  const document = openApi(version);
  server.get('/docs', (_request, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page),
  );
  server.get('/docs/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(DOCS_STYLE));
  server.get('/openapi.json', () => document);
}
