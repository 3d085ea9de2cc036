/** The command `serve` with its flags, as commander knows them; parse-serve.ts judges the values. */
import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  brushfleet serve                                          on http://127.0.0.1:5004, for this machine alone
  ADMIN_API_KEY=... GEMINI_API_KEY=... brushfleet serve     callers with that Admin-API-Key use the service's key
  brushfleet serve --host 0.0.0.0 --tls_cert cert.pem --tls_key key.pem --allowed_hosts studio.example

Environment: ADMIN_API_KEY, GEMINI_API_KEY, GEMINI_CONCURRENCY_LIMIT (15), PORT (5004), BRUSHFLEET_ENV_TIER,
BRUSHFLEET_ALLOWED_HOSTS; keys and endpoints as for the other commands. Without any key in the environment the
library's own serve. A flag wins. The routes are described at /docs.`;

export function addServeCommand(add: (name: string, description: string) => Command): void {
  add('serve', 'the local HTTP service: text, structured output and stories through one pool of keys')
    .option('--port <n>', 'where it listens (default: PORT, else 5004)')
    .option('--host <address>', 'on which address (default: 127.0.0.1, this machine alone)')
    .option(
      '--allowed_hosts <names>',
      'names besides loopback under which it may be called: a.example,b.example:8080',
    )
    .option('--allow_plain_http', 'also to other machines without TLS: anyone in between can read keys')
    .option('--tls_cert <file>', 'PEM, with --tls_key: serves https')
    .option('--tls_key <file>', 'PEM, with --tls_cert')
    .option(
      '--env_tier <who>',
      "who may use the environment's key without credentials: off, loopback or any (default: loopback)",
    )
    .option('--library <folder>', 'the library to use (default: the usual one)')
    .option('--env_file <file>', 'read this file in place of .env')
    .option('--log_level <level>', 'error, warning, info or debug (default: info)')
    .addHelpText('after', EXAMPLES);
}
